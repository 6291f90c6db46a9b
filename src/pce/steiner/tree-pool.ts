import { costOfEdges } from "./edge-tree.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** A tree of the pool; its edges are ascending. */
export interface PoolTree {
  readonly edges: readonly number[];
  readonly cost: number;
}

/** How many trees the pool has at most. */
const POOL_SIZE = 16;

/**
 * Good trees of a graph that differ (Pajor, Uchoa and Werneck, 2018, section 3). A tree takes the place of the
 * dearest that is no cheaper, of equals the first. O(the pool) for each.
 */
export class TreePool {
  readonly #graph: SteinerGraph;
  readonly #trees: PoolTree[] = [];

  constructor(graph: SteinerGraph) {
    this.#graph = graph;
  }

  get trees(): readonly PoolTree[] {
    return this.#trees;
  }

  /** The cheapest, of equals the first. */
  get best(): PoolTree | undefined {
    const [first] = this.#trees;
    return (
      first && this.#trees.reduce((best, tree) => (tree.cost < best.cost ? tree : best), first)
    );
  }

  add(edges: readonly number[]): void {
    const cost = costOfEdges(this.#graph, edges);
    if (this.#trees.some((other) => other.cost === cost && isEqual(other.edges, edges))) return;
    if (this.#trees.length < POOL_SIZE) {
      this.#trees.push({ edges, cost });
      return;
    }
    const dearest = this.#trees.reduce(
      (worst, tree, at) => (tree.cost > (this.#trees[worst]?.cost ?? 0) ? at : worst),
      0,
    );
    if (cost <= (this.#trees[dearest]?.cost ?? 0)) this.#trees[dearest] = { edges, cost };
  }

  remove(tree: PoolTree): void {
    this.#trees.splice(this.#trees.indexOf(tree), 1);
  }
}

function isEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((edge, at) => edge === right[at]);
}
