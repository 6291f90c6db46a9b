import { CELL } from "../graph/link-table.ts";
import { MinHeap } from "../graph/min-heap.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import { isOpenAt, stepAt } from "./open-arc.ts";

/**
 * What paths to the target of a query still cost from each node on, at least: exactly up to a radius,
 * and beyond it the radius.
 *
 * A search backward from the target (Dijkstra, 1959) that ends at the radius: O((V + E) log V) for
 * the nodes within. As an estimate it is consistent: along an arc it falls by no more than its cost. Only
 * costs come out of it, so there are no ties.
 */
export class RemainingCosts {
  readonly #costs: Float64Array;
  readonly #heap = new MinHeap();
  readonly #radius: number;

  /** `step` is what counts of the arc at a place of the table's rows; what it costs by default. */
  constructor(
    query: PathQuery,
    radius: number,
    step: (place: number) => number = (place) => stepAt(query, place),
  ) {
    const { graph, to, onward, back } = query;
    const reverse: PathQuery = { ...query, onward: back, back: onward };
    this.#costs = new Float64Array(graph.nodeIds.length).fill(Number.POSITIVE_INFINITY);
    this.#costs[to] = 0;
    this.#heap.push(0, 0, to);
    while (this.#heap.least() <= radius && this.#heap.size > 0) {
      const cost = this.#heap.least();
      const node = this.#heap.pop();
      if (cost === this.#costs[node]) this.#scan(reverse, node, step);
    }
    this.#radius = this.#heap.least();
  }

  /** What a path from `node` to the target costs at least. */
  from(node: number): number {
    return Math.min(this.#costs[node] ?? 0, this.#radius);
  }

  #scan(reverse: PathQuery, node: number, step: (place: number) => number): void {
    const { offsets } = reverse.graph;
    const { cells } = reverse.table;
    const costs = this.#costs;
    const cost = costs[node] ?? 0;
    const end = offsets[node + 1] ?? 0;
    for (let place = offsets[node] ?? 0; place < end; place++) {
      const tail = cells[CELL * place] ?? 0;
      if ((costs[tail] ?? 0) <= cost || !isOpenAt(reverse, place)) continue;
      const next = cost + step(place);
      if (next >= (costs[tail] ?? 0)) continue;
      costs[tail] = next;
      this.#heap.push(next, 0, tail);
    }
  }
}
