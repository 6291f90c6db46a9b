import { BranchAndBound, type SearchState } from "./branch-and-bound.ts";
import { CuttingPlane } from "./cutting-plane.ts";
import { DeeperReduction } from "./deeper-reduction.ts";
import { exactWithin } from "./exact-within.ts";
import type { Instance } from "./instance.ts";
import { MultiStart } from "./multi-start.ts";
import type { Preprocessed } from "./preprocess.ts";

/** How much work each part of the search has done. */
interface Shares {
  starts: number;
  bounds: number;
  reductions: number;
  cuts: number;
}

/**
 * Deeper reductions, then cutting planes, branch and bound, and multi-start local search in turn. Once what is
 * left has become much smaller, all of them begin anew on that, and local search takes its trees there. Branch and bound
 * that gets nowhere gets less; cutting planes get the most once the bound is near the best tree, as that is what they prove.
 *
 * After the interplay of reductions, bounds and heuristics in Polzin and Vahdati Daneshmand (2001). Exponential at worst;
 * whenever it ends, the lower bound holds and the incumbent is a tree. Equal problems and random numbers
 * give equal turns.
 */
export class Alternation {
  readonly #state: SearchState;
  #reduction: DeeperReduction;
  #cuts: CuttingPlane | undefined;
  #areCutsDone = false;
  readonly #starts: MultiStart;
  readonly #work: Shares = { starts: 0, bounds: 0, reductions: 0, cuts: 0 };
  #bounding: BranchAndBound;
  /** What branch and bound is about. */
  #instance: Instance;
  /** What the next step of branch and bound will take, about. */
  #stepWork: number;
  /** Whether the exact search has settled it. */
  #isSolved = false;

  constructor(found: Preprocessed, state: SearchState) {
    this.#state = state;
    this.#instance = found.instance;
    this.#reduction = new DeeperReduction(found, state);
    this.#starts = new MultiStart(found.instance, state);
    this.#bounding = new BranchAndBound(found.instance, found.lowerBound, state);
    this.#stepWork = STEP_WORK * found.instance.graph.edgeCount;
  }

  /** Until the effort is spent or the best tree is proved to be a minimum; a lower bound. */
  run(): number {
    const { effort, incumbent } = this.#state;
    while (!this.#bounding.isDone && !effort.isSpent()) {
      const before = effort.work;
      // Every turn counts, so that a search in which nothing is left to scan ends too.
      effort.charge(1);
      const turn = this.#turn();
      if (turn === "starts") this.#starts.step();
      else if (turn === "bounds") this.#bounding.step();
      else if (turn === "cuts") this.#cut();
      else this.#reduce();
      if (this.#isSolved) return incumbent.cost;
      this.#work[turn] += effort.work - before;
      if (turn === "bounds") this.#stepWork = effort.work - before;
    }
    return Math.max(this.#bounding.lowerBound, Math.min(this.#lowerBound(), incumbent.cost));
  }

  /** No tree costs less than this, or than the best. */
  #lowerBound(): number {
    return Math.max(this.#reduction.found.lowerBound, this.#cuts?.lowerBound ?? 0);
  }

  /** Whose turn it is. */
  #turn(): keyof Shares {
    const { starts, bounds, reductions, cuts } = this.#work;
    const { edgeCount, nodeCount, terminals } = this.#reduction.found.instance.graph;
    const isLarge = edgeCount > MOST_EDGES || terminals.length > MOST_TERMINALS;
    const isWorthIt = !this.#reduction.isDone;
    const { cost } = this.#state.incumbent;
    const isVeryFar = cost - this.#lowerBound() > VERY_FAR * cost;
    const most = (isVeryFar ? VERY_FAR_SHARE : 1) * starts;
    if (isWorthIt && reductions + ROUND_WORK * edgeCount <= most) return "reductions";
    const areCutsWorthIt = !(isWorthIt || this.#areCutsDone || isLarge);
    const far = edgeCount <= SPARSE * nodeCount ? FAR_IF_SPARSE : FAR;
    const isNear = cost - this.#lowerBound() <= far * cost;
    if (areCutsWorthIt && cuts <= (isNear ? NEAR_SHARE : FAR_SHARE) * starts) return "cuts";
    const isHopeless = bounds > TRIAL * edgeCount && this.#bounding.progress < LEAST_PROGRESS;
    const isFar = cost - this.#bounding.lowerBound > FAR * cost;
    const share = isHopeless ? HOPELESS_SHARE : isFar ? FAR_SHARE : 1;
    return bounds + this.#stepWork <= share * starts ? "bounds" : "starts";
  }

  #reduce(): void {
    const reduction = this.#reduction;
    reduction.step();
    const { instance, lowerBound } = reduction.found;
    // Where no cheaper tree can be, the reductions may have left the terminals apart, with no edge to go on by.
    const isProved = lowerBound >= this.#state.incumbent.target;
    if (isProved || (reduction.isDone && exactWithin(instance, this.#state, EXACT))) {
      this.#isSolved = true;
      return;
    }
    const least = reduction.isDone ? WORTH_A_LAST : WORTH_MORE;
    if (instance.graph.edgeCount > least * this.#instance.graph.edgeCount) return;
    this.#moveTo({ instance, lowerBound });
  }

  #moveTo({ instance, lowerBound }: Preprocessed): void {
    const bound = Math.max(this.#bounding.lowerBound, lowerBound);
    this.#instance = instance;
    this.#starts.moveTo(instance);
    this.#bounding = new BranchAndBound(instance, bound, this.#state);
  }

  #cut(): void {
    const { found } = this.#reduction;
    this.#cuts ??= new CuttingPlane(found, this.#state);
    const cuts = this.#cuts;
    cuts.step(CUT_WORK * found.instance.graph.edgeCount);
    const { lowerBound } = cuts;
    this.#isSolved = lowerBound >= this.#state.incumbent.target;
    if (this.#isSolved || !(cuts.isDone || cuts.hasShrunk)) return;
    const instance = cuts.left();
    const { edgeCount } = instance.graph;
    this.#areCutsDone = cuts.isDone && edgeCount > WORTH_A_LAST * found.instance.graph.edgeCount;
    if (this.#areCutsDone) return;
    this.#cuts = undefined;
    this.#moveTo({ instance, lowerBound });
    this.#reduction = new DeeperReduction({ instance, lowerBound }, this.#state);
  }
}

/** What the first step of branch and bound takes for each edge, about. */
const STEP_WORK = 100;

/** What a round of reductions takes for each edge, about. */
const ROUND_WORK = 1_000;

/** The most edges and terminals of a graph to which cutting planes come, and what a step of theirs may take for each edge. */
const MOST_EDGES = 4_000;
const MOST_TERMINALS = 1_000;
const CUT_WORK = 1_000;

/** Down to which share of the edges a search begins anew, and after the last round. */
const WORTH_MORE = 0.9;
const WORTH_A_LAST = 0.98;

/** How often the exact search may go through all edges. */
const EXACT = 2_000;

/** With less progress after so much work for each edge, branch and bound gets but a share. */
const TRIAL = 3_000;
const LEAST_PROGRESS = 0.01;
/** With bounds farther from the best tree than this share of its cost, too. */
const FAR = 0.01;
const FAR_SHARE = 1 / 4;
/** With bounds as far as that, reductions too. */
const VERY_FAR = 0.03;
const VERY_FAR_SHARE = 1 / 4;
/** With so few edges a node, bounds of cutting planes come near from farther. */
const SPARSE = 2;
const FAR_IF_SPARSE = 0.02;
/** What cutting planes get with bounds nearer than that, of the work of local search; theirs is quicker done. */
const NEAR_SHARE = 12;
const HOPELESS_SHARE = 1 / 8;
