import type { MonotoneQueue } from "../graph/monotone-queue.ts";
import type { Potentials } from "../graph/potentials.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import type { Meeting } from "./meeting.ts";
import type { SearchLabels } from "./search-labels.ts";

/** What both sides of a search have in common. */
export interface SharedSearch {
  readonly query: PathQuery;
  readonly labels: SearchLabels;
  readonly potentials: Potentials | undefined;
  readonly meeting: Meeting;
  /** What a step adds to a key, at least. */
  readonly leastStep: number;
}

/**
 * One side of a bidirectional search. The key of a node is what it costs to come there; with
 * potentials, twice that and twice the potential, which is whole where costs are.
 */
export class SearchSide {
  /** No node that is left to go on from has a lower key; `Infinity` once there is none. */
  level = 0;
  readonly #search: SharedSearch;
  readonly #queue: MonotoneQueue;
  /** 0 for the side that goes along the path, 1 for the one that goes against it. */
  readonly #own: 0 | 1;
  /** The more of what must be free in either direction, bit/s. */
  readonly #most: number;
  /** What the other side still adds to a key, at least. */
  #rest = 0;

  constructor(search: SharedSearch, queue: MonotoneQueue, own: 0 | 1) {
    const { onward, back } = search.query;
    this.#search = search;
    this.#queue = queue;
    this.#own = own;
    this.#most = Math.max(onward, back);
  }

  start(node: number): void {
    const { labels, meeting } = this.#search;
    const key = this.#keyOf(node, 0);
    this.#queue.clear(key);
    this.#queue.push(key, 0, node);
    this.level = this.#queue.least();
    labels.set(2 * node + this.#own, 0, 0, -1);
    meeting.offer(labels, node);
  }

  /** Goes on from a node with the lowest key, while the other side is at `otherLevel`. */
  advance(otherLevel: number): void {
    const { labels, leastStep } = this.#search;
    this.#rest = otherLevel + leastStep;
    this.#scan(this.#queue.pop());
    const { scanned } = labels;
    for (let node = this.#queue.peek(); node !== -1; node = this.#queue.peek()) {
      // Neither again, nor where the other side went on from: the best path there is known.
      if (scanned[2 * node] === 0 && scanned[2 * node + 1] === 0) break;
      this.#queue.pop();
    }
    this.level = this.#queue.least();
  }

  /** Goes on from `node` along every arc. */
  #scan(node: number): void {
    const { query, labels } = this.#search;
    const { offsets, targets, arcs } = query.graph;
    const { room, steps } = query.columns;
    const { costs } = labels;
    const own = this.#own;
    const most = this.#most;
    const base = labels.costAt(2 * node + own);
    const count = labels.hopsAt(2 * node + own) + 1;
    const end = offsets[node + 1] ?? 0;
    labels.scanned[2 * node + own] = 1;
    for (let at = offsets[node] ?? 0; at < end; at++) {
      if (!((room[at] ?? 0) >= most) && !this.#hasRoom(arcs[at] ?? 0)) continue;
      const index = 2 * (targets[at] ?? 0) + own;
      const cost = base + (steps[at] ?? 0);
      const known = costs[index] ?? 0;
      const isNews = cost < known || (cost === known && count < labels.hopsAt(index));
      if (isNews) this.#arrive(at, index, cost, count);
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

  /** Comes along the arc at `at`, for less than is known at `index` or as much and fewer hops. */
  #arrive(at: number, index: number, cost: number, hops: number): void {
    const { query, labels, meeting } = this.#search;
    const { graph, isUsable } = query;
    if (isUsable !== undefined && !isUsable((graph.arcs[at] ?? 0) >> 1)) return;
    const node = index >> 1;
    const key = this.#keyOf(node, cost);
    const isHopeless = key + this.#rest > meeting.limit;
    const other = labels.costs[index ^ 1] ?? 0;
    if (isHopeless && cost + other > meeting.cost) return;
    labels.set(index, cost, hops, at);
    if (other !== Number.POSITIVE_INFINITY) meeting.offer(labels, node);
    if (!isHopeless && labels.scanned[index ^ 1] === 0) this.#queue.push(key, hops, node);
  }

  #keyOf(node: number, cost: number): number {
    const { potentials } = this.#search;
    if (potentials === undefined) return cost;
    const twice = potentials.twiceOf(node);
    return this.#own === 0 ? 2 * cost + twice : 2 * cost - twice;
  }
}
