import type { MonotoneQueue } from "../graph/monotone-queue.ts";
import type { Potentials } from "../graph/potentials.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import type { SearchLabels } from "./search-labels.ts";

/** The best path so far: what it costs, its hops, and a node on it that both sides came to. */
export interface Meeting {
  cost: number;
  hops: number;
  node: number;
}

/** What both sides of a search have in common. */
export interface SharedSearch {
  readonly query: PathQuery;
  readonly labels: SearchLabels;
  readonly potentials: Potentials | undefined;
  readonly meeting: Meeting;
}

/**
 * One side of a bidirectional search. The key of a node is what it costs to come there; with
 * potentials, twice that and twice the potential, which is whole where costs are.
 */
export class SearchSide {
  /** The key of the nodes that were gone on from last: none are left below it. */
  level = 0;
  readonly #search: SharedSearch;
  readonly #queue: MonotoneQueue;
  /** 0 for the side that goes along the path, 1 for the one that goes against it. */
  readonly #own: 0 | 1;
  /** The more of what must be free in either direction, bit/s. */
  readonly #most: number;

  constructor(search: SharedSearch, queue: MonotoneQueue, own: 0 | 1) {
    const { onward, back } = search.query;
    this.#search = search;
    this.#queue = queue;
    this.#own = own;
    this.#most = Math.max(onward, back);
  }

  start(node: number): void {
    this.level = this.#keyOf(node, 0);
    this.#queue.clear(this.level);
    this.#queue.push(this.level, 0, node);
    this.#search.labels.set(2 * node + this.#own, 0, 0, -1);
    this.#meet(node);
  }

  /** The lowest key of the nodes to go on from; `Infinity` if there are none. */
  least(): number {
    const { scanned } = this.#search.labels;
    for (let node = this.#queue.peek(); node !== -1; node = this.#queue.peek()) {
      if (scanned[2 * node + this.#own] === 0) return this.#queue.least();
      this.#queue.pop();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Goes on from all nodes with the lowest key; the other side has none left below `otherLevel`. */
  expand(otherLevel: number): void {
    this.level = this.#queue.least();
    while (this.least() === this.level) this.#scan(this.#queue.pop(), otherLevel);
  }

  /** Goes on from `node` along every arc. */
  #scan(node: number, otherLevel: number): void {
    const { query, labels } = this.#search;
    const { arcs, targets, offsets } = query.graph;
    const { room, steps } = query.columns;
    const own = this.#own;
    const most = this.#most;
    const base = labels.costs[2 * node + own] ?? 0;
    const end = offsets[node + 1] ?? 0;
    labels.scanned[2 * node + own] = 1;
    for (let at = offsets[node] ?? 0; at < end; at++) {
      if (!((room[at] ?? 0) >= most) && !this.#hasRoom(arcs[at] ?? 0)) continue;
      const cost = base + (steps[at] ?? 0);
      const head = targets[at] ?? 0;
      if (cost > (labels.costs[2 * head + own] ?? 0)) continue;
      this.#arrive(at, node, cost, otherLevel);
    }
  }

  /** Whether there is room along `arc`, where the room at its position does not tell. */
  #hasRoom(arc: number): boolean {
    const { columns, onward, back } = this.#search.query;
    if (Number.isNaN(columns.residuals[arc])) columns.load(arc >> 1);
    const ahead = columns.residuals[arc ^ this.#own] ?? 0;
    const behind = columns.residuals[arc ^ this.#own ^ 1] ?? 0;
    return ahead >= onward && behind >= back;
  }

  /** Comes along the arc at `at` from `tail` for no more than is known. */
  #arrive(at: number, tail: number, cost: number, otherLevel: number): void {
    const { query, labels, meeting } = this.#search;
    const { graph, isUsable } = query;
    if (isUsable !== undefined && !isUsable((graph.arcs[at] ?? 0) >> 1)) return;
    const head = graph.targets[at] ?? 0;
    const index = 2 * head + this.#own;
    const hops = (labels.hops[2 * tail + this.#own] ?? 0) + 1;
    if (cost === labels.costs[index] && !labels.yields(index, hops, at)) return;
    const isMet = labels.costs[index ^ 1] !== Number.POSITIVE_INFINITY;
    const key = this.#keyOf(head, cost);
    const isHopeless = key + otherLevel > this.#scale * meeting.cost;
    if (isHopeless && !isMet) return;
    labels.set(index, cost, hops, at);
    if (isMet) this.#meet(head);
    if (!isHopeless && labels.scanned[index ^ 1] === 0) this.#queue.push(key, hops, head);
  }

  /** How many times its cost the key of a node is, but for its potential. */
  get #scale(): number {
    return this.#search.potentials === undefined ? 1 : 2;
  }

  #keyOf(node: number, cost: number): number {
    const { potentials } = this.#search;
    if (potentials === undefined) return cost;
    const twice = potentials.twiceOf(node);
    return this.#own === 0 ? 2 * cost + twice : 2 * cost - twice;
  }

  /** Takes the path through `node` if both sides were there and it is the best so far. */
  #meet(node: number): void {
    const { labels, meeting } = this.#search;
    const cost = (labels.costs[2 * node] ?? 0) + (labels.costs[2 * node + 1] ?? 0);
    if (cost > meeting.cost || cost === Number.POSITIVE_INFINITY) return;
    const hops = (labels.hops[2 * node] ?? 0) + (labels.hops[2 * node + 1] ?? 0);
    const isTie = cost === meeting.cost;
    if (isTie && hops > meeting.hops) return;
    if (isTie && hops === meeting.hops && node > meeting.node) return;
    meeting.cost = cost;
    meeting.hops = hops;
    meeting.node = node;
  }
}
