import { CostHeap } from "./cost-heap.ts";
import type { Effort } from "./effort.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** A lower bound, and the costs that it leaves unpaid. */
export interface DualAscent {
  readonly root: number;
  /** No Steiner tree costs less; infinity if there is none at all. */
  readonly lowerBound: number;
  /** By slot: the reduced cost of the arc that enters the slot's node from its head. */
  readonly reduced: Float64Array;
}

/** How an ascent begins, and who learns of its cuts. */
export interface AscentStart {
  /** What is paid by then, from the same root; nothing by default. */
  readonly before?: DualAscent;
  /** Is told of each cut the slots of its arcs, which are only lent. */
  readonly onCut?: (slots: Int32Array) => void;
}

/**
 * A lower bound by dual ascent on the directed cut formulation (Wong, 1984): every terminal must be
 * entered from `root`. While one is not by arcs that are paid for, the arcs into all nodes from which
 * it is are paid as much more as the cheapest of them allows, and the bound rises by that.
 *
 * The terminal whose cut has the fewest arcs goes first, judged lazily and with some tolerance, and a
 * terminal that another open one enters is dropped (Pajor, Uchoa and Werneck, A Robust and Scalable
 * Algorithm for the Steiner Problem in Graphs, 2018, section 4.1). O(E) for each cut. Broken off by
 * `effort`, the bound is lower but valid. Ties go to the order in the queue, so to lower terminals.
 */
export function dualAscent(
  graph: SteinerGraph,
  root: number,
  effort: Effort,
  start: AscentStart = {},
): DualAscent {
  const ascent = new Ascent(graph, root, start);
  const queue = new CostHeap();
  for (const node of graph.terminals) {
    if (node === root) continue;
    queue.push((graph.offsets[node + 1] ?? 0) - (graph.offsets[node] ?? 0), node);
  }
  for (let terminal = queue.pop(); terminal >= 0; terminal = queue.pop()) {
    const open = ascent.raise(terminal, queue.lowest * TOLERANCE);
    effort.charge(ascent.takeWork());
    if (open > 0) queue.push(open, terminal);
    if (effort.isSpent()) break;
  }
  return { root, lowerBound: ascent.lowerBound, reduced: ascent.reduced };
}

/** By how much the cut at hand may have more arcs than the next one in the queue. */
const TOLERANCE = 1.25;

class Ascent {
  lowerBound = 0;
  readonly reduced: Float64Array;
  readonly #graph: SteinerGraph;
  readonly #isOpen: Uint8Array;
  /** The terminal from which a node was last reached, plus one for each search. */
  readonly #seen: Int32Array;
  readonly #inside: Int32Array;
  #insideCount = 0;
  /** The slots of the arcs that enter the nodes inside and are not paid for. */
  readonly #cut: Int32Array;
  #cutCount = 0;
  #scanned = 0;
  readonly #onCut: AscentStart["onCut"];
  #search = 0;
  #work = 0;

  constructor(graph: SteinerGraph, root: number, { before, onCut }: AscentStart) {
    this.reduced = (before?.reduced ?? graph.slotCosts).slice();
    this.lowerBound = before?.lowerBound ?? 0;
    this.#onCut = onCut;
    this.#graph = graph;
    this.#isOpen = graph.isTerminal.slice();
    this.#isOpen[root] = 1;
    this.#seen = new Int32Array(graph.nodeCount);
    this.#inside = new Int32Array(graph.nodeCount);
    this.#cut = new Int32Array(graph.heads.length);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /**
   * Raises the cut of `terminal` as often as it has no more than `most` arcs; the number of arcs of
   * the cut at which that ended, or zero if the terminal is entered from another one or the root.
   */
  raise(terminal: number, most: number): number {
    this.#isOpen[terminal] = 0;
    this.#begin(terminal);
    while (this.#scanInside()) {
      const least = this.#cheapestOfCut();
      if (least === Number.POSITIVE_INFINITY) {
        this.lowerBound = Number.POSITIVE_INFINITY;
        return 0;
      }
      if (this.#cutCount > most) {
        this.#isOpen[terminal] = 1;
        return this.#cutCount;
      }
      this.#pay(least);
    }
    return 0;
  }

  #begin(terminal: number): void {
    this.#search++;
    this.#seen[terminal] = this.#search;
    this.#inside[0] = terminal;
    this.#insideCount = 1;
    this.#scanned = 0;
    this.#cutCount = 0;
  }

  /** Goes back along paid arcs from the nodes not scanned yet; false if an open terminal is met. */
  #scanInside(): boolean {
    const { offsets } = this.#graph;
    while (this.#scanned < this.#insideCount) {
      const node = this.#inside[this.#scanned++] ?? 0;
      if (this.#isOpen[node]) return false;
      this.#scan(offsets[node] ?? 0, offsets[node + 1] ?? 0);
    }
    return true;
  }

  #scan(start: number, end: number): void {
    const { heads } = this.#graph;
    for (let slot = start; slot < end; slot++) {
      const head = heads[slot] ?? 0;
      if (this.#seen[head] === this.#search) continue;
      if ((this.reduced[slot] ?? 0) > 0) this.#cut[this.#cutCount++] = slot;
      else this.#enter(head);
    }
    this.#work += end - start;
  }

  #enter(node: number): void {
    this.#seen[node] = this.#search;
    this.#inside[this.#insideCount++] = node;
  }

  /** Drops from the cut the arcs that begin inside by now; the cheapest of those left. */
  #cheapestOfCut(): number {
    const { heads } = this.#graph;
    const count = this.#cutCount;
    let least = Number.POSITIVE_INFINITY;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const slot = this.#cut[at] ?? 0;
      if (this.#seen[heads[slot] ?? 0] === this.#search) continue;
      this.#cut[kept++] = slot;
      const cost = this.reduced[slot] ?? 0;
      if (cost < least) least = cost;
    }
    this.#cutCount = kept;
    this.#work += count;
    return least;
  }

  #pay(amount: number): void {
    const { heads } = this.#graph;
    const count = this.#cutCount;
    this.lowerBound += amount;
    this.#onCut?.(this.#cut.subarray(0, count));
    for (let at = 0; at < count; at++) {
      const slot = this.#cut[at] ?? 0;
      const left = (this.reduced[slot] ?? 0) - amount;
      this.reduced[slot] = left;
      if (left > 0) continue;
      const head = heads[slot] ?? 0;
      if (this.#seen[head] !== this.#search) this.#enter(head);
    }
    this.#work += count;
  }
}
