import { Pieces } from "./pieces.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

const OUTSIDE = -2;
const ROOT = -1;

/**
 * A tree hung up at a terminal that nodes which are none enter and leave one at a time, with the edges
 * that make it cheapest then (Osborne and Gillett, 1991; Uchoa and Werneck, Fast Local Search for the
 * Steiner Problem in Graphs, 2010, sections 3.1 and 3.2). A cheapest tree on its nodes stays one. O(depth)
 * for each edge of a node that enters; for one that leaves, the edges of the nodes below it.
 */
export class VertexTree {
  /** What it costs, but for rounding. */
  cost = 0;
  readonly #graph: SteinerGraph;
  /** Of each node the arc that leads up. */
  readonly #up: Int32Array;
  /** Of each arc, where it leads. */
  readonly #ends: Int32Array;
  readonly #pieces: Pieces;
  /** What the dearest edge of the graph costs. */
  readonly #most: number;
  /** The nodes above one, and the dearest arc up on the way to each: whose it is, -1 for none. */
  readonly #seen: Int32Array;
  readonly #dearest: Int32Array;
  #search = 0;
  /** The nodes inside that are no terminals, in no order, and the place of each. */
  readonly #inside: number[] = [];
  readonly #places: Int32Array;
  /** Nodes and what their arc up was before. */
  readonly #undo: number[] = [];
  #work = 0;

  /** `edges` are a tree that joins all terminals. */
  constructor(graph: SteinerGraph, edges: readonly number[]) {
    const { nodeCount, edgeCount, a, b } = graph;
    this.#graph = graph;
    this.#up = new Int32Array(nodeCount).fill(OUTSIDE);
    this.#ends = new Int32Array(2 * edgeCount);
    for (let edge = 0; edge < edgeCount; edge++) {
      this.#ends[2 * edge] = b[edge] ?? 0;
      this.#ends[2 * edge + 1] = a[edge] ?? 0;
    }
    this.#pieces = new Pieces(graph);
    this.#most = graph.costs.reduce((most, cost) => Math.max(most, cost), 0);
    this.#seen = new Int32Array(nodeCount);
    this.#dearest = new Int32Array(nodeCount);
    this.#places = new Int32Array(nodeCount);
    this.#hang(edges);
  }

  /** The nodes inside that are no terminals. */
  get inside(): readonly number[] {
    return this.#inside;
  }

  has(node: number): boolean {
    return this.#up[node] !== OUTSIDE;
  }

  takeWork(): number {
    const work = this.#work + this.#pieces.takeWork();
    this.#work = 0;
    return work;
  }

  /** The tree as it is, for {@link edgesOf}. */
  saved(): Int32Array {
    return this.#up.slice();
  }

  /** Ascending. */
  edgesOf(saved: Int32Array = this.#up): readonly number[] {
    return [...saved.filter((arc) => arc >= 0).map((arc) => arc >> 1)].sort((x, y) => x - y);
  }

  /** Takes in `node`, which is outside, if the tree costs no more than `slack` more then. */
  insert(node: number, slack: number): boolean {
    const { offsets } = this.#graph;
    const end = offsets[node + 1] ?? 0;
    this.#work += end - (offsets[node] ?? 0);
    const first = this.#nextInside(offsets[node] ?? 0, end);
    if (first === end || this.#leastMore(first, end) > slack) return false;
    const more = this.#attach(node, first, end);
    if (more > slack) {
      this.#takeBack();
      return false;
    }
    this.cost += more;
    this.#enter(node);
    return true;
  }

  /** What a node whose first slot into the tree is `first` costs at least, as if each exchange took out the dearest edge. */
  #leastMore(first: number, end: number): number {
    const { slotCosts, heads } = this.#graph;
    let least = slotCosts[first] ?? 0;
    for (let slot = first + 1; slot < end; slot++) {
      const gain = this.#most - (slotCosts[slot] ?? 0);
      if (gain <= 0) break;
      if (this.#up[heads[slot] ?? 0] !== OUTSIDE) least -= gain;
    }
    return least;
  }

  /** Hangs `node` up by its slot `first`, and exchanges edges for later ones of its own; what that costs. */
  #attach(node: number, first: number, end: number): number {
    const { arcs, slotCosts } = this.#graph;
    this.#undo.length = 0;
    this.#set(node, arcs[first] ?? 0);
    let more = slotCosts[first] ?? 0;
    let isMarked = false;
    let slot = this.#nextInside(first + 1, end);
    while (slot < end && (slotCosts[slot] ?? 0) < this.#most) {
      if (!isMarked) this.#markAbove(node);
      const saved = this.#exchange(slot);
      more -= saved;
      isMarked = saved === 0;
      slot = this.#nextInside(slot + 1, end);
    }
    return more;
  }

  /** The first slot from `slot` on that leads into the tree; `end` if there is none. */
  #nextInside(slot: number, end: number): number {
    const { heads } = this.#graph;
    let at = slot;
    while (at < end && this.#up[heads[at] ?? 0] === OUTSIDE) at++;
    return at;
  }

  /** Takes out `node`, which is inside and no terminal, if the tree costs no more than `slack` more then. */
  remove(node: number, slack: number): boolean {
    const pieces = this.#pieces;
    if (!pieces.mayBeWithout(node, this.#up, slack)) return false;
    const before = pieces.split(node, this.#up);
    if (before === undefined) return false;
    const after = pieces.join(before + slack);
    if (after === undefined) return false;
    this.#undo.length = 0;
    for (const piece of pieces.order) this.#rehang(pieces.arcOf(piece), pieces.topOf(piece));
    this.#up[node] = OUTSIDE;
    this.cost += after - before;
    this.#leave(node);
    return true;
  }

  #hang(edges: readonly number[]): void {
    const { costs, terminals } = this.#graph;
    const inTree = new Uint8Array(this.#graph.edgeCount);
    for (const edge of edges) {
      inTree[edge] = 1;
      this.cost += costs[edge] ?? 0;
    }
    const root = terminals[0] ?? 0;
    this.#up[root] = ROOT;
    const queue = [root];
    for (const node of queue) this.#hangBelow(node, inTree, queue);
  }

  /** Hangs up what is below `node`, and adds it to `queue`. */
  #hangBelow(node: number, inTree: Uint8Array, queue: number[]): void {
    const { offsets, arcs, heads, isTerminal } = this.#graph;
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      const head = heads[slot] ?? 0;
      const arc = arcs[slot] ?? 0;
      if (!inTree[arc >> 1] || this.#up[head] !== OUTSIDE) continue;
      this.#up[head] = arc ^ 1;
      queue.push(head);
      if (!isTerminal[head]) this.#enter(head);
    }
  }

  /** Marks the nodes above `node`, and the dearest arc on the way to each. */
  #markAbove(node: number): void {
    this.#search++;
    let dearest = -1;
    let cost = 0;
    for (let at = node; ; at = this.#above(at)) {
      this.#seen[at] = this.#search;
      this.#dearest[at] = dearest;
      this.#work++;
      if ((this.#up[at] ?? ROOT) < 0) return;
      if (this.#costUp(at) <= cost) continue;
      dearest = at;
      cost = this.#costUp(at);
    }
  }

  /**
   * Takes in the edge of `slot`, whose node was marked last, for the dearest one between its ends, if that
   * saves anything; what it saves.
   */
  #exchange(slot: number): number {
    const { heads, arcs, slotCosts } = this.#graph;
    const head = heads[slot] ?? 0;
    const arc = arcs[slot] ?? 0;
    let at = head;
    let top = -1;
    let cost = slotCosts[slot] ?? 0;
    for (; this.#seen[at] !== this.#search; at = this.#above(at)) {
      this.#work++;
      if (this.#costUp(at) <= cost) continue;
      top = at;
      cost = this.#costUp(at);
    }
    const ours = this.#dearest[at] ?? -1;
    const isOurs = ours >= 0 && this.#costUp(ours) > cost;
    if (isOurs) cost = this.#costUp(ours);
    else if (top < 0) return 0;
    this.#rehang(isOurs ? arc : arc ^ 1, isOurs ? ours : top);
    return cost - (slotCosts[slot] ?? 0);
  }

  /** Cuts the tree above `top`, and hangs the part below up by `arc`, which leads out of it. */
  #rehang(arc: number, top: number): void {
    let at = this.#ends[arc ^ 1] ?? 0;
    let up = arc;
    for (;;) {
      const before = this.#up[at] ?? ROOT;
      this.#set(at, up);
      this.#work++;
      if (at === top) return;
      at = this.#ends[before] ?? 0;
      up = before ^ 1;
    }
  }

  #set(node: number, arc: number): void {
    this.#undo.push(node, this.#up[node] ?? OUTSIDE);
    this.#up[node] = arc;
  }

  #takeBack(): void {
    const undo = this.#undo;
    for (let at = undo.length - 2; at >= 0; at -= 2) this.#up[undo[at] ?? 0] = undo[at + 1] ?? 0;
  }

  #enter(node: number): void {
    this.#places[node] = this.#inside.length;
    this.#inside.push(node);
  }

  #leave(node: number): void {
    const last = this.#inside.pop() ?? node;
    if (last === node) return;
    const place = this.#places[node] ?? 0;
    this.#inside[place] = last;
    this.#places[last] = place;
  }

  #above(node: number): number {
    return this.#ends[this.#up[node] ?? 0] ?? 0;
  }

  #costUp(node: number): number {
    return this.#graph.costs[(this.#up[node] ?? 0) >> 1] ?? 0;
  }
}
