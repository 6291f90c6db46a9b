import { costOfEdges, improvedTree } from "./edge-tree.ts";
import type { EdgeHistory, Instance } from "./instance.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * The best tree found so far. A tree takes its place only if it is cheaper by more than rounding, so of
 * equals the first stays. O(E log E) for each that does, O(its edges) for others.
 */
export class Incumbent {
  cost: number = Number.POSITIVE_INFINITY;
  /** Edges of the whole graph. */
  edges: readonly number[] = [];
  readonly #whole: SteinerGraph;
  readonly #history: EdgeHistory;
  /** What all costs are whole multiples of; zero where there is nothing such. */
  readonly #unit: number;

  constructor(whole: SteinerGraph, history: EdgeHistory) {
    this.#whole = whole;
    this.#history = history;
    this.#unit = commonDivisor(whole.costs);
  }

  /** What a tree must cost less than to be cheaper than this one, beyond rounding. */
  get target(): number {
    if (this.cost === Number.POSITIVE_INFINITY) return this.cost;
    return this.cost - Math.max(this.#unit / 2, this.cost * ROUNDING);
  }

  /** Takes the tree of `instance` that has its fixed edges and `edges`, if it is cheaper. */
  offer(instance: Instance, edges: readonly number[]): boolean {
    if (instance.fixedCost + costOfEdges(instance.graph, edges) >= this.target) return false;
    this.edges = improvedTree(this.#whole, this.#history.expanded(instance, edges));
    this.cost = costOfEdges(this.#whole, this.edges);
    return true;
  }
}

/** Two costs nearer than this, relative to their size, are the same. */
const ROUNDING = 1e-10;

/** Costs that depend on how full links are come in steps of the metric by this. */
const STEPS = 1024;

/** Euclid's algorithm, on the costs in small steps. */
function commonDivisor(costs: Float64Array): number {
  let divisor = 0;
  for (const cost of costs) {
    let other = cost * STEPS;
    if (!Number.isSafeInteger(other)) return 0;
    while (other > 0) [divisor, other] = [other, divisor % other];
  }
  return divisor / STEPS;
}
