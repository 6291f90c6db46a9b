import { headOf, tailOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import { isOpenAt, stepAt, stepOf } from "./open-arc.ts";
import { RemainingCosts } from "./remaining-costs.ts";
import { labelsOf, type SearchLabels } from "./search-labels.ts";
import type { Subspace } from "./subspace.ts";

/**
 * Finds the cheapest paths of parts of all paths, without regard to labels, bounds and stops.
 *
 * One search backward from the target tells what is to come; with that as its estimate, A* (Hart,
 * Nilsson and Raphael, A Formal Basis for the Heuristic Determination of Minimum Cost Paths, 1968)
 * looks at little more than the path that it finds. O((V + E) log V) for each at worst. Ties go to
 * fewer hops, and are then decided by the numbers of nodes and links.
 */
export class SpurSearch {
  readonly #query: PathQuery;
  readonly #remaining: RemainingCosts;
  readonly #labels: SearchLabels;
  readonly #heap = new MinHeap();

  /** `first` is a cheapest path of `query`. */
  constructor(query: PathQuery, first: readonly number[]) {
    this.#query = query;
    const cost = first.reduce((sum, arc) => sum + this.costOf(arc), 0);
    this.#remaining = new RemainingCosts(query, RADIUS * cost);
    this.#labels = labelsOf(query.graph);
  }

  /** What a path from `node` to the target costs at least. */
  leastCost(node: number): number {
    return this.#remaining.from(node);
  }

  /** What it costs to go along `arc`; `Infinity` if that is not possible. */
  costOf(arc: number): number {
    return stepOf(this.#query, arc);
  }

  /** The arcs of a cheapest path of `space`, its prefix among them; `undefined` if there is none. */
  cheapest({ prefix, banned }: Subspace): readonly number[] | undefined {
    const { graph, from, to } = this.#query;
    const labels = this.#labels;
    const last = prefix.at(-1);
    const start = last === undefined ? from : headOf(graph, last);
    // No way is cheaper than these are said to be, so none leads to the nodes of the prefix again.
    for (const arc of prefix) labels.set(indexOf(tailOf(graph, arc)), CLOSED, 0, -1);
    labels.set(indexOf(start), 0, 0, -1);
    this.#heap.clear();
    this.#scan(start, banned);
    for (let node = this.#heap.pop(); node !== -1 && node !== to; node = this.#heap.pop()) {
      if (labels.scanned[indexOf(node)] === 0) this.#scan(node, NONE);
    }
    const isFound = labels.costs[indexOf(to)] !== Number.POSITIVE_INFINITY;
    const path = isFound ? [...prefix, ...this.#pathFrom(start)] : undefined;
    labels.clear();
    return path;
  }

  /** Goes on from `node` along every arc that is not banned. */
  #scan(node: number, banned: ReadonlySet<number>): void {
    const labels = this.#labels;
    const { graph, table } = this.#query;
    const base = labels.costs[indexOf(node)] ?? 0;
    const hops = (labels.hops[indexOf(node)] ?? 0) + 1;
    labels.scanned[indexOf(node)] = 1;
    const end = graph.offsets[node + 1] ?? 0;
    for (let at = graph.offsets[node] ?? 0; at < end; at++) {
      const known = labels.costs[indexOf(graph.targets[at] ?? 0)] ?? 0;
      const place = table.rows.places[at] ?? 0;
      if (known < base || !isOpenAt(this.#query, place)) continue;
      const cost = base + stepAt(this.#query, place);
      if (cost > known || banned.has(graph.arcs[at] ?? 0)) continue;
      this.#arrive(at, cost, hops);
    }
  }

  /** Comes along the arc at `at` for no more than is known. */
  #arrive(at: number, cost: number, hops: number): void {
    const head = this.#query.graph.targets[at] ?? 0;
    const index = indexOf(head);
    const labels = this.#labels;
    const least = cost + this.leastCost(head);
    if (least === Number.POSITIVE_INFINITY) return;
    if (cost === labels.costs[index] && !labels.yields(index, hops, at)) return;
    labels.set(index, cost, hops, at);
    this.#heap.push(least, hops, head);
  }

  #pathFrom(start: number): readonly number[] {
    const { graph, to } = this.#query;
    const path: number[] = [];
    for (let node = to; node !== start; ) {
      const arc = graph.arcs[this.#labels.via[indexOf(node)] ?? 0] ?? 0;
      path.push(arc);
      node = tailOf(graph, arc);
    }
    return path.reverse();
  }
}

/**
 * Up to which part of what the cheapest path costs estimates are exact. Seeing the rest of the graph
 * from the target would cost more than it spares the searches from the origin.
 */
const RADIUS = 0.8;

/** Less than any cost. */
const CLOSED = Number.NEGATIVE_INFINITY;

const NONE: ReadonlySet<number> = new Set();

/** Where the labels have what this search knows of `node`: one side is enough for it. */
function indexOf(node: number): number {
  return 2 * node;
}
