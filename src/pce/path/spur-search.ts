import { headOf, tailOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import { isOpenAt, stepAt, stepOf, sureOf } from "./open-arc.ts";
import { RemainingCosts } from "./remaining-costs.ts";
import { labelsOf, type SearchLabels } from "./search-labels.ts";
import { type Fork, forkOf, type Subspace } from "./subspace.ts";

/**
 * Finds the cheapest paths of parts of all paths, without regard to labels, bounds and stops.
 *
 * One search backward from the target knows the cheapest paths from the nodes around it. With that as its
 * estimate, A* (Hart, Nilsson and Raphael, A Formal Basis for the Heuristic Determination of Minimum Cost
 * Paths, 1968) ends at the first node from which the path that is known does not come back to the prefix
 * of the part (Feng, Finding k Shortest Simple Paths: a Node Classification Algorithm, 2014): mostly a few
 * links beside it. O((V + E) log V) for each at worst. Ties go to fewer hops, and are then decided by the
 * numbers of nodes and links.
 */
export class SpurSearch {
  readonly #query: PathQuery;
  readonly #remaining: RemainingCosts;
  readonly #labels: SearchLabels;
  readonly #heap = new MinHeap();
  /** What the word of an arc must be at least so that it can be used without asking. */
  readonly #need: number;

  /** `first` is a cheapest path of `query`. */
  constructor(query: PathQuery, first: readonly number[]) {
    this.#query = query;
    const cost = first.reduce((sum, arc) => sum + stepOf(query, arc), 0);
    this.#remaining = new RemainingCosts(query, RADIUS * cost);
    this.#labels = labelsOf(query.graph);
    this.#need = sureOf(query);
  }

  /** What a path costs at least from the end of the prefix of a part on. */
  leastAfter({ node, closed, banned }: Fork): number {
    const { graph, table } = this.#query;
    let least = Number.POSITIVE_INFINITY;
    const end = graph.offsets[node + 1] ?? 0;
    for (let place = graph.offsets[node] ?? 0; place < end; place++) {
      const arc = table.rows.arcs[place] ?? 0;
      const head = headOf(graph, arc);
      if (closed.has(head) || banned.has(arc) || !this.#isOpen(place)) continue;
      least = Math.min(least, stepAt(this.#query, place) + this.#remaining.from(head));
    }
    return least;
  }

  /** The arcs of a cheapest path of `space`, its prefix among them; `undefined` if there is none. */
  cheapest(space: Subspace): readonly number[] | undefined {
    const { graph, from } = this.#query;
    const labels = this.#labels;
    const { node: start, closed, banned } = forkOf(graph, from, space);
    // No way is cheaper than these are said to be, so none leads to the nodes of the prefix again.
    for (const node of closed) labels.set(indexOf(node), CLOSED, 0, -1);
    labels.set(indexOf(start), 0, 0, -1);
    this.#heap.clear();
    this.#scan(start, banned);
    let node = this.#heap.pop();
    for (; node !== -1 && !this.#isSettledFrom(node, closed); node = this.#heap.pop()) {
      if (labels.scanned[indexOf(node)] === 0) this.#scan(node, NONE);
    }
    const path =
      node === -1
        ? undefined
        : [...space.prefix, ...this.#pathTo(node, start), ...this.#pathFrom(node)];
    labels.clear();
    return path;
  }

  /** Whether the cheapest path from `node` is known, and comes to none of `closed`. */
  #isSettledFrom(node: number, closed: ReadonlySet<number>): boolean {
    const { graph, to } = this.#query;
    const remaining = this.#remaining;
    if (!remaining.isKnown(node)) return false;
    for (let at = node; at !== to; at = headOf(graph, remaining.nextFrom(at))) {
      if (closed.has(at)) return false;
    }
    return true;
  }

  /** Goes on from `node` along every arc that is not banned. */
  #scan(node: number, banned: ReadonlySet<number>): void {
    const labels = this.#labels;
    const query = this.#query;
    const { graph, table } = query;
    const { cells, rows } = table;
    const { nodeMask } = table.words;
    const base = labels.costs[indexOf(node)] ?? 0;
    const hops = (labels.hops[indexOf(node)] ?? 0) + 1;
    labels.scanned[indexOf(node)] = 1;
    const end = graph.offsets[node + 1] ?? 0;
    for (let place = graph.offsets[node] ?? 0; place < end; place++) {
      const head = (cells[2 * place] ?? 0) & nodeMask;
      const known = labels.costs[indexOf(head)] ?? 0;
      if (known < base || !this.#isOpen(place)) continue;
      const cost = base + stepAt(query, place);
      if (cost > known || (banned.size > 0 && banned.has(rows.arcs[place] ?? 0))) continue;
      this.#arrive(head, place, cost, hops);
    }
  }

  #isOpen(place: number): boolean {
    const { table } = this.#query;
    return (table.cells[2 * place] ?? 0) >= this.#need || isOpenAt(this.#query, place);
  }

  /** Comes to `head` along the arc at `place` for no more than is known. */
  #arrive(head: number, place: number, cost: number, hops: number): void {
    const index = indexOf(head);
    const labels = this.#labels;
    const remaining = this.#remaining;
    const least = cost + remaining.from(head);
    if (least === Number.POSITIVE_INFINITY) return;
    if (cost === labels.costs[index] && !labels.yields(index, hops, place)) return;
    labels.set(index, cost, hops, place);
    this.#heap.push(least, hops + remaining.hopsFrom(head), head);
  }

  /** The arcs by which the search came from `start` to `end`. */
  #pathTo(end: number, start: number): readonly number[] {
    const { graph, table } = this.#query;
    const path: number[] = [];
    for (let node = end; node !== start; ) {
      const arc = table.rows.arcs[this.#labels.via[indexOf(node)] ?? 0] ?? 0;
      path.push(arc);
      node = tailOf(graph, arc);
    }
    return path.reverse();
  }

  /** The arcs of the cheapest path from `start`, which is known. */
  #pathFrom(start: number): readonly number[] {
    const { graph, to } = this.#query;
    const path: number[] = [];
    for (let node = start; node !== to; ) {
      const arc = this.#remaining.nextFrom(node);
      path.push(arc);
      node = headOf(graph, arc);
    }
    return path;
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
