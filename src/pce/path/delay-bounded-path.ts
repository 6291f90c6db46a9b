import { err, ok, type Result } from "neverthrow";
import { MinHeap } from "../graph/min-heap.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import { MAX_WAYS, type SearchLimit } from "./label-path.ts";
import { isOpenAt, stepAt } from "./open-arc.ts";
import { delayOf, isInTime } from "./path-delay.ts";
import { RemainingCosts } from "./remaining-costs.ts";

/**
 * Finds the arcs of a cheapest path whose delay is within a bound, without regard to labels, other
 * bounds and stops; `undefined` if there is none.
 *
 * Label-setting search led by the exact cost that is still to come (A*). Ways come to a node in the
 * order of their costs, so one is needless unless it is quicker than all before it: one number for
 * each node is enough to tell (Pulido, Mandow and Perez de la Cruz, Dimensionality Reduction in
 * Multiobjective Shortest Path Search, 2015). Ways that the least delay still to come makes too slow
 * are not begun. Exact; exponential at worst, as the problem is NP-hard. Ties go to fewer hops, and
 * are then decided by the numbers of nodes and links.
 */
export function cheapestInTime(
  query: PathQuery,
  maxDelayMs: number,
): Result<readonly number[] | undefined, SearchLimit> {
  return new DelaySearch(query, maxDelayMs).run();
}

class DelaySearch {
  readonly #query: PathQuery;
  readonly #maxDelayMs: number;
  readonly #costs: RemainingCosts;
  readonly #delays: RemainingCosts;
  readonly #heap = new MinHeap();
  /** All that were begun; the heap has their places. */
  readonly #ways: Way[] = [];
  /** Of each node: the delay of the quickest way that was gone on with. */
  readonly #quickest: Float64Array;

  constructor(query: PathQuery, maxDelayMs: number) {
    const { graph, table } = query;
    const delayAt = (place: number): number => delayOf(graph, table.rows.arcs[place] ?? 0);
    this.#query = query;
    this.#maxDelayMs = maxDelayMs;
    this.#delays = new RemainingCosts(query, maxDelayMs, delayAt);
    this.#costs = new RemainingCosts(query, Number.POSITIVE_INFINITY);
    this.#quickest = new Float64Array(graph.nodeIds.length).fill(Number.POSITIVE_INFINITY);
  }

  run(): Result<readonly number[] | undefined, SearchLimit> {
    const { from, to } = this.#query;
    this.#add({ node: from, cost: 0, delayMs: 0, hops: 0, arc: -1, before: undefined });
    for (let way = this.#next(); way !== undefined; way = this.#next()) {
      const { node, delayMs } = way;
      if (node === to) return ok(arcsOf(way));
      if (delayMs >= (this.#quickest[node] ?? 0)) continue;
      this.#quickest[node] = delayMs;
      this.#goOn(way);
      if (this.#ways.length > MAX_WAYS) return err({ type: "search-limit", limit: MAX_WAYS });
    }
    return ok(undefined);
  }

  #goOn(way: Way): void {
    const { graph, table } = this.#query;
    const end = graph.offsets[way.node + 1] ?? 0;
    for (let at = graph.offsets[way.node] ?? 0; at < end; at++) {
      const arc = graph.arcs[at] ?? 0;
      const node = graph.targets[at] ?? 0;
      const delayMs = way.delayMs + delayOf(graph, arc);
      const place = table.rows.places[at] ?? 0;
      if (delayMs >= (this.#quickest[node] ?? 0) || !isOpenAt(this.#query, place)) continue;
      const cost = way.cost + stepAt(this.#query, place);
      this.#add({ node, cost, delayMs, hops: way.hops + 1, arc, before: way });
    }
  }

  /** Adds a way, unless it comes too late whatever follows. */
  #add(way: Way): void {
    const { node, cost, delayMs, hops } = way;
    if (!isInTime(delayMs + this.#delays.from(node), this.#maxDelayMs)) return;
    this.#heap.push(cost + this.#costs.from(node), hops, this.#ways.length);
    this.#ways.push(way);
  }

  #next(): Way | undefined {
    return this.#ways[this.#heap.pop()];
  }
}

/** A way from the origin to `node`, by `arc` from where `before` was; absent at the start. */
interface Way {
  readonly node: number;
  readonly cost: number;
  readonly delayMs: number;
  readonly hops: number;
  readonly arc: number;
  readonly before: Way | undefined;
}

function arcsOf(end: Way): readonly number[] {
  const arcs: number[] = [];
  for (let way = end; way.before !== undefined; way = way.before) arcs.push(way.arc);
  return arcs.reverse();
}
