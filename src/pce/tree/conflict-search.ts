import { MinHeap } from "../graph/min-heap.ts";
import type { Budget } from "../plan/budget.ts";
import { Effort } from "../steiner/effort.ts";
import type { SteinerOptions } from "../steiner/solve-steiner.ts";
import { branching } from "./branching.ts";
import { type Relaxation, relaxed } from "./relaxation.ts";
import { keyOf, type Restriction, unrestricted } from "./restriction.ts";
import {
  type Candidate,
  evaluated,
  type FittingCandidate,
  fits,
  lowest,
} from "./tree-candidate.ts";
import type { TreeProblem } from "./tree-problem.ts";
import { moreTrees } from "./uneven-trees.ts";

/** The most branches that a search looks into, as long as it has no tree or no budget. */
export const MAX_LOOKS = 256;

/** Links times nodes to join that all looks together may go through then. */
export const ALL_WORK = 1_000_000;

/** How many arcs each look but the first may scan, about. */
export const LOOK_WORK = 1_000_000;

/** The same for shortest-path trees and exchanges of paths, in the first look and in each other. */
export const FIRST_EXCHANGES = 4_000_000;
export const LOOK_EXCHANGES = 400_000;

/**
 * What shortest-path trees and exchanges may take in all as long as no tree fits, times links, as each goes through all of
 * them; and for each look that the search may take. So a search in vain ends in some tenths of a second, always
 * at the same point, whatever the budget.
 */
export const REPAIR_WORK = 2_000_000_000;
const REPAIR_WORK_A_LOOK = 20_000;

/** After so many looks without a better tree, a search that has one but cannot prove it ends. */
export const PATIENCE = 16;

/** The best tree found, and what is known of all others. */
export interface TreeSearch {
  readonly best: FittingCandidate | undefined;
  /** No tree that fits has a lower value; infinite if there is none. */
  readonly lowerBound: number;
}

/** Restricted trees to look into. */
interface Branch {
  readonly restriction: Restriction;
  /** No tree of the branch that fits has a lower value. */
  readonly bound: number;
  readonly depth: number;
  /** How much was in the way of the tree that the branch was made to avoid. */
  readonly faults: number;
}

/** What a look at a branch found: of the trees that do not fit, the one with least in its way. */
interface Look extends Relaxation {
  readonly bound: number;
  readonly faults: number;
}

/**
 * Finds the best tree that fits.
 *
 * Branch and bound on conflicts, best first, and until a tree fits in turn with the branch that has
 * least in the way: a minimum Steiner tree is found without regard to what
 * depends on the whole tree. If it does not fit, {@link conflictOf} names links that no tree that fits
 * has all of, and each of them is closed in turn; so no tree that fits is lost (as in conflict-based
 * search: Sharon, Stern, Felner and Sturtevant, 2015). A conflict of labels is not resolved link by
 * link if there is a better way: where no node translates, the labels are tried one by one, those free
 * on most links of the tree first; else trees and labels are looked for together, if they are few
 * enough ({@link labelStates}).
 *
 * Where what links hold is not the same for all ({@link TreeProblem.evenLoad}), shortest-path trees
 * are tried too, and the best is improved by exchanging paths; two bounds say how much better another
 * could be. Deterministic without a budget; exact if it ends by itself, which the lower bound shows.
 * Exponential at worst, as the problem is NP-hard; {@link ALL_WORK}, {@link MAX_LOOKS} and, without a tree, {@link REPAIR_WORK} bound it.
 * Of equal bounds the deepest branch goes first, then the older; of trees the one of the lowest rank stays.
 */
export class ConflictSearch {
  readonly #problem: TreeProblem;
  readonly #branches: Branch[] = [];
  /** The branches by their bounds, and by what was in the way. */
  readonly #queue = new MinHeap();
  readonly #dive = new MinHeap();
  readonly #taken = new Set<number>();
  readonly #seen = new Set<string>();
  /** The work of a look. */
  readonly #lookWork: number;
  readonly #maxRepairs: number;
  #work = 0;
  /** What shortest-path trees and exchanges took while no tree fitted. */
  #repairs = 0;
  #looks = 0;
  /** The number of looks when the best tree was found. */
  #bestAt = 0;
  #best: FittingCandidate | undefined;
  /** The least bound of branches that were left although they may hold a better tree. */
  #left = Number.POSITIVE_INFINITY;

  constructor(problem: TreeProblem) {
    this.#problem = problem;
    const { maxLooks = MAX_LOOKS } = problem.scene;
    this.#maxRepairs = Math.min(
      REPAIR_WORK / problem.graph.linkIds.length,
      maxLooks * REPAIR_WORK_A_LOOK,
    );
    this.#lookWork = problem.graph.linkIds.length * problem.needed.length;
    this.#add([unrestricted], { bound: 0, depth: 0, faults: 0 });
  }

  /**
   * Goes on until the best tree is proved, there is none, or the work of about `maxLooks` looks, and
   * at most {@link ALL_WORK}, is done in all.
   */
  run(maxLooks: number): TreeSearch {
    const maxWork = Math.min(maxLooks * this.#lookWork, ALL_WORK);
    while (!this.#isOver(maxWork)) {
      const branch = this.#next();
      if (branch === undefined || this.#isBeaten(branch.bound)) break;
      this.#looks++;
      const look = this.#lookInto(branch);
      if (look === undefined || this.#isBeaten(look.bound)) continue;
      const parts = branching(this.#problem, branch.restriction, look);
      if (parts === undefined) this.#left = Math.min(this.#left, look.bound);
      else this.#add(parts, { ...look, depth: branch.depth + 1 });
    }
    return { best: this.#best, lowerBound: this.#lowerBound() };
  }

  /** Takes a tree that was found in another way, if it is better than the best. */
  offer(tree: FittingCandidate): void {
    this.#keep(tree);
  }

  /** No tree that fits has a lower value than this, whatever is still to be looked into. */
  #lowerBound(): number {
    const isOpen = ({ bound }: Branch, at: number): boolean =>
      !this.#taken.has(at) && !this.#isBeaten(bound);
    const bounds = this.#branches.filter(isOpen).map(({ bound }) => bound);
    const value = this.#best?.value ?? Number.POSITIVE_INFINITY;
    return [value, this.#left, ...bounds].reduce((x, y) => Math.min(x, y));
  }

  #add(restrictions: readonly Restriction[], of: Omit<Branch, "restriction">): void {
    const { bound, depth, faults } = of;
    const order = MAX_DEPTH - Math.min(depth, MAX_DEPTH);
    for (const restriction of restrictions) {
      const key = keyOf(restriction);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      // Of equal bounds the deepest goes first: it is the nearest to a tree that fits.
      this.#queue.push(bound, order, this.#branches.length);
      this.#dive.push(faults, order, this.#branches.length);
      this.#branches.push({ restriction, bound, depth, faults });
    }
  }

  /** As long as no tree fits, every other look is at the branch that seems nearest to one. */
  #next(): Branch | undefined {
    const isDiving = this.#best === undefined && this.#looks % 2 === 1;
    return isDiving ? this.#pop(this.#dive) : this.#lowest();
  }

  #lowest(): Branch | undefined {
    return this.#pop(this.#queue);
  }

  #pop(queue: MinHeap): Branch | undefined {
    let at = queue.pop();
    while (this.#taken.has(at)) at = queue.pop();
    const branch = this.#branches[at];
    if (branch !== undefined) this.#taken.add(at);
    return branch;
  }

  #isBeaten(bound: number): boolean {
    return this.#best !== undefined && bound >= this.#best.value * (1 - EPSILON);
  }

  #isOver(maxWork: number): boolean {
    const { request, takesAny } = this.#problem.scene;
    const { budget } = request;
    if (this.#looks === 0) return false;
    if (this.#best === undefined && this.#repairs >= this.#maxRepairs) return true;
    if (this.#best !== undefined && takesAny === true) return true;
    if (this.#best !== undefined && budget !== undefined) return budget.isSpent();
    const isStuck = this.#problem.evenLoad === undefined && this.#best !== undefined;
    const waited = isStuck && this.#looks - this.#bestAt >= PATIENCE;
    return waited || this.#work >= maxWork;
  }

  #lookInto({ restriction, bound }: Branch): Look | undefined {
    const problem = this.#problem;
    const { evenLoad, least } = problem;
    const unit = evenLoad ?? 2 * least;
    const below =
      this.#best === undefined || unit === 0 ? Number.POSITIVE_INFINITY : this.#best.value / unit;
    const relaxation = relaxed(problem, restriction, { below, ...this.#lookOptions() });
    this.#work += this.#lookWork;
    if (relaxation === undefined) return undefined;
    const steiner = evaluated(problem.scene, problem.ends, relaxation.links);
    const own = unit * relaxation.lowerBound;
    const effort = this.#exchangeEffort();
    const look = { steiner, leastCost: relaxation.lowerBound };
    const more = moreTrees(problem, restriction, look, effort);
    // What only makes a tree better must not cost a search that has none its looks; that has a share of its own.
    if (this.#best === undefined) this.#repairs += effort.work;
    else this.#work += effort.work;
    const trees = [steiner, ...more.candidates];
    for (const tree of trees) this.#keep(tree);
    const misfit = lowest(trees.filter((tree) => !fits(tree))) ?? steiner;
    const [faults = 0] = misfit.rank;
    const lowerBound = Math.max(bound, own, more.lowerBound);
    return { ...relaxation, links: misfit.links, faults, bound: lowerBound };
  }

  /** Until a tree fits, time does not count but for the first look: a refusal must not hang on it. */
  #lookOptions(): SteinerOptions {
    const { budget } = this.#problem.scene.request;
    const isTimed = this.#looks === 1 || this.#best !== undefined;
    if (budget !== undefined && isTimed) return { budget };
    return this.#looks === 1 ? {} : { work: LOOK_WORK };
  }

  #exchangeEffort(): Effort {
    const { budget = NEVER } = this.#problem.scene.request;
    const isFirst = this.#looks === 1;
    if (this.#best !== undefined) {
      return new Effort(budget, isFirst ? FIRST_EXCHANGES : LOOK_EXCHANGES);
    }
    const most = isFirst ? this.#maxRepairs / 2 : LOOK_EXCHANGES;
    return new Effort(NEVER, Math.min(most, this.#maxRepairs - this.#repairs));
  }

  #keep(tree: Candidate): void {
    if (!fits(tree)) return;
    const best = this.#best === undefined ? tree : lowest([this.#best, tree]);
    if (best === this.#best) return;
    this.#best = best;
    this.#bestAt = this.#looks;
  }
}

const NEVER: Budget = { isSpent: () => false };

/** Depths beyond this are not told apart. */
const MAX_DEPTH = 1_000;

/** Values that differ by less than this part are equal: sums of products are rounded. */
const EPSILON = 1e-12;
