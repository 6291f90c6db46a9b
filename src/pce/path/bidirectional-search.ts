import { arcRowsOf } from "../graph/arc-rows.ts";
import type { Graph } from "../graph/graph.ts";
import { CELL, type Cells } from "../graph/link-table.ts";
import type { Potentials } from "../graph/potentials.ts";
import { TICKS } from "../graph/ticks.ts";
import { zonesOf } from "../graph/zones.ts";
import type { FoundPath, PathQuery } from "./bidirectional-path.ts";
import { sureOf } from "./open-arc.ts";
import { SearchEntries } from "./search-entries.ts";

/**
 * Two of Dijkstra's searches that meet. What they know is in arrays that serve one query after
 * another, and nothing has to be cleared: most of the time goes into waiting for memory.
 *
 * A node has the number of its best entry on either side, see {@link SearchEntries}. Numbers go on
 * from query to query, so those below `#first` are of no account. The key of an entry is its cost and
 * the zone of its node or, led by landmarks, its potential; entries wait in a ring of buckets by key
 * (Dial, Algorithm 360, 1969). Keys in one bucket come in any order, so a search may come back to a
 * node from which it has gone on too early. The side that has seen fewer arcs is the next to go on.
 * Sources, complexity, ties and guarantee: {@link bidirectionalPath}.
 *
 * Sides are 0, along the path, and 1, against it. In what runs for every arc numbers are written out:
 * constants of a module have to be loaded and checked each time.
 */
export class BidirectionalSearch {
  readonly #graph: Graph;
  /**
   * Of node `n`: its best entry of side `s` at `4 * n + s`, its zone at `4 * n + 2`, and where its
   * cells begin at `4 * n + 3`.
   */
  readonly #nodes: Int32Array;
  readonly #entries = new SearchEntries();
  /** What the number of an entry is more than its place. */
  #first = 1;

  /** The entry on top of each bucket: of one side, then of the other. */
  #tops = new Int32Array(0);
  #buckets = 0;
  /** How many buckets there are for a tick, and the other way round: powers of two. */
  #density = 1;
  #width = 1;
  /** The greatest step for which the buckets are made. */
  #fitted = -1;

  #query: PathQuery | undefined;
  #cells: Cells = new Int32Array(0);
  #nodeMask = 0;
  #isSorted = false;
  /** What the word of an arc must be at least so that it can be used without asking, see `#isOpen`. */
  #need = 0;
  #potentials: Potentials | undefined;

  /** The bucket in which each side begins. */
  readonly #starts = new Int32Array(2);

  /** The best path so far, by an entry of either side at the node where they meet. */
  readonly #met = new Int32Array(2);
  #cost: number = Number.POSITIVE_INFINITY;
  #hops = 0;
  /** No path whose keys add up to more is better. */
  #limit: number = Number.POSITIVE_INFINITY;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#nodes = nodeRecords(graph);
  }

  /** A cheapest path; `undefined` if there is none. */
  run(query: PathQuery, potentials: Potentials | undefined): FoundPath | undefined {
    this.#begin(query, potentials);
    this.#search(potentials);
    this.#query = undefined;
    if (this.#cost === Number.POSITIVE_INFINITY) return undefined;
    return { arcs: this.#path(), cost: this.#cost / TICKS };
  }

  #begin(query: PathQuery, potentials: Potentials | undefined): void {
    const { table, from, to } = query;
    this.#forget();
    this.#fit(table.greatestStep);
    this.#query = query;
    this.#cells = table.cells;
    this.#nodeMask = table.words.nodeMask;
    this.#isSorted = table.isSorted;
    this.#need = sureOf(query);
    this.#potentials = potentials;
    this.#start(0, from);
    this.#start(1, to);
  }

  /** Makes what is there of no account. */
  #forget(): void {
    this.#first += this.#entries.count;
    if (this.#first > MOST_ENTRIES) {
      this.#first = 1;
      this.#tops.fill(0);
      for (let at = 0; at < this.#nodes.length; at += 4) this.#nodes.fill(0, at, at + 2);
    }
    this.#entries.count = 0;
    this.#cost = Number.POSITIVE_INFINITY;
    this.#limit = Number.POSITIVE_INFINITY;
  }

  /**
   * Makes buckets for keys that are as far apart as steps of up to `greatestStep` and zones, or
   * potentials, make them.
   */
  #fit(greatestStep: number): void {
    if (greatestStep === this.#fitted) return;
    const { least, greatest } = this.#graph.metricRange;
    const span = greatestStep + greatest * TICKS;
    const width = Math.max(span / MOST_BUCKETS, (least * TICKS) / 2);
    const hasWidth = width > 0 && width < Number.POSITIVE_INFINITY;
    this.#width = hasWidth ? 2 ** Math.ceil(Math.log2(width)) : 1;
    this.#density = 1 / this.#width;
    this.#buckets = (2 ** Math.ceil(Math.log2(span * this.#density + 2))) | 0;
    if (this.#tops.length < 2 * this.#buckets) this.#tops = new Int32Array(2 * this.#buckets);
    this.#fitted = greatestStep;
  }

  #start(side: Side, node: number): void {
    const entries = this.#entries;
    const entry = entries.count++;
    const number = this.#first + entry;
    entries.costs[4 * entry] = 0;
    entries.words.set([node, 0, -1, 0, 0], 8 * entry + 2);
    const other = (this.#nodes[4 * node + 1 - side] ?? 0) - this.#first;
    if (other >= 0) this.#meet(side, entry, other);
    this.#nodes[4 * node + side] = number;
    const key = this.#potentials?.of(node, side) ?? this.#nodes[4 * node + 2] ?? 0;
    const bucket = Math.floor(key * this.#density);
    this.#starts[side] = bucket;
    this.#tops[side * this.#buckets + (bucket & (this.#buckets - 1))] = number;
  }

  /**
   * Goes on from the entry with the lowest key on either side, as long as that may lead to a better
   * path. All that is in one function, and what it works with is in variables: the compiler then
   * knows what does not change, and a search takes a quarter less time.
   */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: see above
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: see above
  #search(potentials: Potentials | undefined): void {
    const cells = this.#cells;
    const need = this.#need;
    const nodeMask = this.#nodeMask;
    const isSorted = this.#isSorted;
    const first = this.#first;
    const records = this.#nodes;
    const tops = this.#tops;
    const density = this.#density;
    const width = this.#width;
    const last = this.#buckets - 1;
    const entries = this.#entries;
    let { words, costs } = entries;
    let count = entries.count;
    let limit = this.#limit;
    // Potentials do not say how far away a zone is beyond which there is nothing to find.
    const slack = potentials === undefined ? 0 : Number.POSITIVE_INFINITY;
    // Of each side: the bucket that it is at, and how many entries wait.
    let [bucket0 = 0, bucket1 = 0] = this.#starts;
    let [waiting0, waiting1] = [1, 1];
    /** How many more arcs the first has seen. */
    let lead = 0;
    while (waiting0 > 0 && waiting1 > 0) {
      while ((tops[bucket0 & last] ?? 0) < first) bucket0++;
      while ((tops[last + 1 + (bucket1 & last)] ?? 0) < first) bucket1++;
      if ((bucket0 + bucket1) * width > limit) break;
      const side = lead <= 0 ? 0 : 1;
      const ring = side === 0 ? 0 : last + 1;
      const rest = (side === 0 ? bucket1 : bucket0) * width;
      const top = ring + ((side === 0 ? bucket0 : bucket1) & last);
      const from = (tops[top] ?? 0) - first;
      tops[top] = words[8 * from + 6] ?? 0;
      const tail = words[8 * from + 2] ?? 0;
      const isBestAtTail = (records[4 * tail + side] ?? 0) - first === from;
      const start = records[4 * tail + 3] ?? 0;
      const end = isBestAtTail ? (records[4 * tail + 7] ?? 0) : start;
      if (8 * (count + end - start) > words.length) {
        entries.grow(count, end - start);
        ({ words, costs } = entries);
      }
      const base = costs[4 * from] ?? 0;
      const hop = (words[8 * from + 3] ?? 0) + 1;
      let waiting = -1;
      let most = limit - rest - base + slack;
      for (let cell = start; cell < end; cell += 2) {
        if ((cells[cell + 1] ?? 0) > most) {
          if (isSorted) break;
          continue;
        }
        const word = cells[cell] ?? 0;
        if (word < need && !this.#isOpen(side, cell)) continue;
        const node = word & nodeMask;
        const zone = records[4 * node + 2] ?? 0;
        const cost = base + ((cells[cell + 1] ?? 0) + zone);
        const known = (records[4 * node + side] ?? 0) - first;
        if (known >= 0) {
          const least = costs[4 * known] ?? 0;
          if (least < cost || (least === cost && (words[8 * known + 3] ?? 0) <= hop)) continue;
        }
        const at = 8 * count;
        costs[4 * count] = cost;
        words[at + 2] = node;
        words[at + 3] = hop;
        words[at + 4] = cell;
        words[at + 5] = from;
        const other = (records[4 * node + 1 - side] ?? 0) - first;
        const isBest = other >= 0 && this.#meet(side, count, other);
        if (isBest) limit = this.#limit;
        if (isBest) most = limit - rest - base + slack;
        const ahead = potentials === undefined ? zone : potentials.of(node, side);
        if (cost + ahead + rest <= limit) {
          const bucket = ring + (((cost + ahead) * density) & last);
          words[at + 6] = tops[bucket] ?? 0;
          tops[bucket] = first + count;
          records[4 * node + side] = first + count;
          waiting++;
          count++;
        } else if (isBest) count++;
      }
      if (side === 0) waiting0 += waiting;
      else waiting1 += waiting;
      lead += side === 0 ? end - start : start - end;
    }
    entries.count = count;
  }

  /** Takes the path through entries of both sides at one node if it is the best so far. */
  #meet(side: Side, entry: number, other: number): boolean {
    const entries = this.#entries;
    const cost = entries.costOf(entry) + entries.costOf(other);
    if (cost > this.#cost) return false;
    const count = entries.hopsOf(entry) + entries.hopsOf(other);
    if (cost === this.#cost && count >= this.#hops) return false;
    this.#cost = cost;
    this.#hops = count;
    this.#met[side] = entry;
    this.#met[1 - side] = other;
    this.#limit = this.#limitFor(cost, count);
    return true;
  }

  /** Of paths that are as cheap none is better if none can have fewer hops. */
  #limitFor(cost: number, hops: number): number {
    const { greatestStep = 0, grain = 0 } = this.#query?.table ?? {};
    const limit = hops <= Math.ceil(cost / greatestStep) ? cost - grain : cost;
    return limit + (this.#potentials?.slack ?? 0);
  }

  /** Whether the arc at `cell` may be used, where the cells do not tell. */
  #isOpen(side: Side, cell: number): boolean {
    if (this.#query === undefined) return false;
    const { table, onward, back, isUsable } = this.#query;
    const arc = table.rows.arcs[cell / CELL] ?? 0;
    if (!table.isOpen(arc ^ side, onward, back)) return false;
    return isUsable === undefined || isUsable(arc >> 1);
  }

  #path(): readonly number[] {
    const path = this.#arcsTo(0).reverse();
    for (const arc of this.#arcsTo(1)) path.push(arc ^ 1);
    return path;
  }

  /** The arcs by which a side came to where the two met, the last first. */
  #arcsTo(side: Side): number[] {
    const entries = this.#entries;
    const rows = arcRowsOf(this.#graph);
    const arcs: number[] = [];
    let entry = this.#met[side] ?? 0;
    for (let cell = entries.cellOf(entry); cell >= 0; cell = entries.cellOf(entry)) {
      arcs.push(rows.arcs[cell / CELL] ?? 0);
      entry = entries.beforeOf(entry);
    }
    return arcs;
  }
}

type Side = 0 | 1;

function nodeRecords(graph: Graph): Int32Array {
  const zones = zonesOf(graph);
  const records = new Int32Array(4 * (zones.length + 1));
  for (const [node, offset] of graph.offsets.entries()) {
    records[4 * node + 2] = zones[node] ?? 0;
    records[4 * node + 3] = CELL * offset;
  }
  return records;
}

const MOST_ENTRIES = 2 ** 30;
/** With more, most are empty and passed over in vain. */
const MOST_BUCKETS = 4096;
