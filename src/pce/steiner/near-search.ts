import { CostHeap } from "./cost-heap.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Distances around one node after another, by Dijkstra searches (1959) that end early: exact within what was
 * searched, no less than the real ones beyond. O(k log k) for k arcs scanned, whatever the size of the graph.
 */
export class NearSearch {
  /** From the last source; no less than the real ones, infinity where the search did not come. */
  readonly distances: Float64Array;
  readonly #graph: SteinerGraph;
  readonly #heap = new CostHeap();
  /** The nodes that have a distance, some more than once. */
  readonly reached: number[] = [];
  #work = 0;

  constructor(graph: SteinerGraph) {
    this.#graph = graph;
    this.distances = new Float64Array(graph.nodeCount).fill(Number.POSITIVE_INFINITY);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** Searches from `source` as far as `limit`, and no more arcs than `most`, about. */
  from(source: number, limit: number, most: number): void {
    const heap = this.#heap;
    for (const reached of this.reached) this.distances[reached] = Number.POSITIVE_INFINITY;
    this.reached.length = 0;
    heap.clear();
    this.#reach(source, 0);
    const end = this.#work + most;
    while (this.#work < end && heap.size > 0) {
      const cost = heap.lowest;
      const node = heap.pop();
      if (cost <= (this.distances[node] ?? 0)) this.#scan(node, cost, limit);
    }
  }

  #scan(node: number, cost: number, limit: number): void {
    const { offsets, heads, slotCosts } = this.#graph;
    const [start, end] = [offsets[node] ?? 0, offsets[node + 1] ?? 0];
    let slot = start;
    for (; slot < end; slot++) {
      const way = cost + (slotCosts[slot] ?? 0);
      if (way > limit) break;
      const head = heads[slot] ?? 0;
      if (way < (this.distances[head] ?? 0)) this.#reach(head, way);
    }
    this.#work += 1 + slot - start;
  }

  #reach(node: number, cost: number): void {
    this.distances[node] = cost;
    this.reached.push(node);
    this.#heap.push(cost, node);
  }
}
