import { MinHeap } from "../graph/min-heap.ts";
import type { MonotoneQueue } from "../graph/monotone-queue.ts";
import { queueFor } from "../graph/queue-choice.ts";
import { TICKS } from "../graph/ticks.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import { isOpenAt, stepAt, sureOf } from "./open-arc.ts";

/**
 * What paths to the target of a query still cost from each node on, at least: exactly up to a radius,
 * and for a few nodes just beyond, and for all others one bound beyond it. Where it is exact, it also knows these paths.
 *
 * A search backward from the target (Dijkstra, 1959) that ends at the radius, with the queue of {@link queueFor}:
 * O((V + E) log V) for the nodes within. As an estimate it is consistent: along an arc it falls by no more than its cost. Of paths that cost the same it has those of the fewest hops; what is then left is
 * decided by the numbers of nodes and links.
 */
export class RemainingCosts {
  readonly #query: PathQuery;
  /** The query against its direction, in which the search runs. */
  readonly #reverse: PathQuery;
  readonly #step: ((place: number) => number) | undefined;
  /** What the word of an arc must be at least so that it can be used without asking. */
  readonly #need: number;
  readonly #costs: Float64Array;
  readonly #hops: Uint32Array;
  /** Of each node: the place of the arc by which the search came. */
  readonly #via: Uint32Array;
  /** Of each node: 1 once the search has gone on from there by the way that it has. */
  readonly #scanned: Uint8Array;
  readonly #queue: MonotoneQueue;
  readonly #radius: number;

  /** `step` is what counts of the arc at a place of the table's rows; what it costs by default. */
  constructor(query: PathQuery, radius: number, step?: (place: number) => number) {
    const { graph, to, onward, back } = query;
    this.#query = query;
    this.#reverse = { ...query, onward: back, back: onward };
    this.#step = step;
    this.#need = sureOf(query);
    this.#costs = new Float64Array(graph.nodeIds.length).fill(Number.POSITIVE_INFINITY);
    this.#hops = new Uint32Array(graph.nodeIds.length);
    this.#via = new Uint32Array(graph.nodeIds.length);
    this.#scanned = new Uint8Array(graph.nodeIds.length);
    this.#queue = step === undefined ? queueFor(query.table.greatestStep / TICKS) : new MinHeap();
    this.#costs[to] = 0;
    this.#queue.push(0, 0, to);
    let node = to;
    while (node !== -1 && this.#queue.least() <= radius) {
      this.#queue.pop();
      if (this.#scanned[node] === 0) this.#scan(node);
      node = this.#queue.peek();
    }
    this.#radius = this.#queue.least();
  }

  /** What a path from `node` to the target costs at least. */
  from(node: number): number {
    return Math.min(this.#costs[node] ?? 0, this.#radius);
  }

  /** Whether the cheapest path from `node` is known. */
  isKnown(node: number): boolean {
    return (this.#costs[node] ?? 0) < this.#radius;
  }

  /** How many arcs the cheapest path from `node` has; none if it is not known. */
  hopsFrom(node: number): number {
    return this.isKnown(node) ? (this.#hops[node] ?? 0) : 0;
  }

  /** The arc with which the cheapest path from `node` begins, which is known. */
  nextFrom(node: number): number {
    return (this.#query.table.rows.arcs[this.#via[node] ?? 0] ?? 0) ^ 1;
  }

  #scan(node: number): void {
    const cost = this.#costs[node] ?? 0;
    this.#scanned[node] = 1;
    const { graph, table } = this.#reverse;
    const { cells } = table;
    const { nodeMask } = table.words;
    const hops = (this.#hops[node] ?? 0) + 1;
    const end = graph.offsets[node + 1] ?? 0;
    // For every arc: numbers are written out, as in `open-arc.ts`.
    for (let place = graph.offsets[node] ?? 0; place < end; place++) {
      const word = cells[2 * place] ?? 0;
      const tail = word & nodeMask;
      if ((this.#costs[tail] ?? 0) < cost) continue;
      const isOpen = word >= this.#need || isOpenAt(this.#reverse, place);
      if (isOpen) this.#arrive(tail, place, cost, hops);
    }
  }

  /** Comes to `tail` by the arc at `place`, before which it cost `before`. */
  #arrive(tail: number, place: number, before: number, hops: number): void {
    const step = this.#step === undefined ? stepAt(this.#reverse, place) : this.#step(place);
    const cost = before + step;
    const known = this.#costs[tail] ?? 0;
    if (cost > known || (cost === known && hops >= (this.#hops[tail] ?? 0))) return;
    this.#costs[tail] = cost;
    this.#hops[tail] = hops;
    this.#via[tail] = place;
    this.#scanned[tail] = 0;
    this.#queue.push(cost, hops, tail);
  }
}
