import { endsOf, tailOf } from "../graph/graph.ts";
import type { Budget } from "../plan/budget.ts";
import { Effort } from "../steiner/effort.ts";
import { prospectOf } from "./growth-look.ts";
import type { GrowthProblem } from "./growth-problem.ts";
import { PartialTree } from "./partial-tree.ts";
import { incidence, pruned } from "./tree.ts";
import { evaluated, type FittingCandidate, fits, isLower } from "./tree-candidate.ts";

/** How many arcs may be scanned after a tree was found without finding a better one. */
const PATIENCE = 200_000;

/** What a search found, and whether there is nothing better. */
export interface Growth {
  readonly best: FittingCandidate | undefined;
  /** Whether all trees were gone through, or ruled out. */
  readonly isComplete: boolean;
}

/**
 * Finds the best tree that fits, if it comes to its end; otherwise the best of those that it saw.
 *
 * A tree grows from one node, or from the tree that is kept. An arc that leaves it is either taken, and
 * then its link is in all trees that come of it, or closed; so each tree is come to in just one way. What
 * cannot become a tree that fits, or one that is better than `start`, is left at once: see
 * {@link prospectOf}. The arc is one on a way to the node that is hardest to join, so that a tree is
 * found early where there are few. Exponential at worst: it ends when the effort is spent, or some time
 * after the last better tree. Deterministic without a budget; ties go as in {@link isLower}.
 *
 * The enumeration of trees by taking or leaving an arc is that of Gabow and Myers (Finding All Spanning Trees
 * of Directed and Undirected Graphs, 1978), with bounds.
 */
export function grownTree(growth: GrowthProblem, effort: Effort, start?: FittingCandidate): Growth {
  const first = beginning(growth);
  if (first === undefined) return { best: start, isComplete: true };
  const search = new GrowthSearch(growth, effort, start);
  search.grow(first);
  return { best: search.best, isComplete: search.isComplete };
}

/** Whether it is seen at once that some node cannot be joined, whatever the tree. */
export function isHopeless(growth: GrowthProblem): boolean {
  const first = beginning(growth);
  if (first === undefined) return true;
  const options = { most: Number.POSITIVE_INFINITY, effort: new Effort(NEVER) };
  return prospectOf(growth, first, options).type === "hopeless";
}

const NEVER: Budget = { isSpent: () => false };

/** The tree that is kept, or a single node. */
function beginning(growth: GrowthProblem): PartialTree | undefined {
  const { graph, problem, root } = growth;
  const tree = PartialTree.atRoot(growth);
  const at = incidence(graph, problem.scene.availability.kept);
  const arcs = [...(at.get(root) ?? [])];
  for (const arc of arcs) {
    if (!tree.add(arc)) return undefined;
    const [a, b] = endsOf(graph, arc >> 1);
    const head = tailOf(graph, arc) === a ? b : a;
    arcs.push(...(at.get(head) ?? []).filter((next) => next !== (arc ^ 1)));
  }
  return tree;
}

class GrowthSearch {
  best: FittingCandidate | undefined;
  isComplete = true;
  /** The work that had been done when the best tree was found. */
  #bestAt = 0;
  readonly #growth: GrowthProblem;
  readonly #effort: Effort;
  readonly #required: ReadonlySet<number>;

  constructor(growth: GrowthProblem, effort: Effort, start: FittingCandidate | undefined) {
    this.#growth = growth;
    this.#effort = effort;
    this.#required = new Set(growth.problem.given);
    this.best = start;
  }

  /** Goes through all trees that have all of `tree` and none of what it closes. */
  grow(tree: PartialTree): void {
    for (;;) {
      if (this.#isOver()) {
        this.isComplete = false;
        return;
      }
      const most = this.best?.value ?? Number.POSITIVE_INFINITY;
      const prospect = prospectOf(this.#growth, tree, { most, effort: this.#effort });
      if (prospect.type === "whole") this.#keep(tree);
      if (prospect.type !== "open") return;
      const { arc } = prospect;
      const grown = tree.copy();
      if (grown.add(arc)) this.grow(grown);
      if (this.#required.has(arc >> 1)) return;
      tree.isClosed[arc >> 1] = 1;
    }
  }

  #isOver(): boolean {
    const isStuck = this.best !== undefined && this.#effort.work - this.#bestAt > PATIENCE;
    return isStuck || this.#effort.isSpent();
  }

  #keep({ arcs }: PartialTree): void {
    const { problem, graph } = this.#growth;
    const links = arcs.map((arc) => arc >> 1);
    const needed = new Set(problem.needed);
    const tree = evaluated(
      problem.scene,
      problem.ends,
      pruned(graph, links, (node) => needed.has(node)),
    );
    const hasAll = problem.given.every((link) => tree.links.includes(link));
    if (!hasAll || !fits(tree)) return;
    if (this.best !== undefined && !isLower(tree, this.best)) return;
    this.best = tree;
    this.#bestAt = this.#effort.work;
  }
}
