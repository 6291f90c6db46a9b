import type { SteinerGraph } from "./steiner-graph.ts";

/** Nodes with more below them are not taken out: there is little to gain by that. */
const MOST_PIECES = 16;
const SIDE = MOST_PIECES + 1;

/**
 * What a tree falls into without one of its nodes: a piece for each node below, from 1 on, and the rest,
 * 0. The tree is told by the arc that leads up from each node, less than zero at the root, less than that outside.
 */
export class Pieces {
  /** The pieces in the order in which {@link join} hangs them to what is joined by then. */
  readonly order: number[] = [];
  readonly #graph: SteinerGraph;
  /** Of the tree, and the node without which it falls apart. */
  #up: Int32Array = new Int32Array(0);
  #without = -1;
  /** The nodes of the pieces, one piece after the other, and where each piece begins. */
  readonly #nodes: Int32Array;
  readonly #starts = new Int32Array(SIDE + 1);
  #count = 0;
  /** The number of a node's piece, added to those of all pieces before. */
  readonly #marks: Int32Array;
  #mark = 0;
  /** By pairs of pieces: the cheapest arc from the one to the other, and its cost. */
  readonly #costs = new Float64Array(SIDE * SIDE);
  readonly #arcs = new Int32Array(SIDE * SIDE);
  /** Of each piece: the cheapest arc to what is joined, and its cost; less than zero once it is. */
  readonly #ways = new Float64Array(SIDE);
  readonly #vias = new Int32Array(SIDE);
  /** What the cheapest edge costs. */
  readonly #least: number;
  #work = 0;

  constructor(graph: SteinerGraph) {
    this.#graph = graph;
    this.#least = graph.costs.reduce(
      (least, cost) => Math.min(least, cost),
      Number.POSITIVE_INFINITY,
    );
    this.#nodes = new Int32Array(graph.nodeCount);
    this.#marks = new Int32Array(graph.nodeCount);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** The arc by which `piece` is hung up, and the node at its top so far. */
  arcOf(piece: number): number {
    return this.#vias[piece] ?? 0;
  }

  topOf(piece: number): number {
    return this.#nodes[this.#starts[piece] ?? 0] ?? 0;
  }

  /**
   * Whether to take out `node` may cost no more than `slack`: each piece takes an edge at least, and that of a node with
   * nothing below it is one of its own. O(the edges of the nodes next to it).
   */
  mayBeWithout(node: number, up: Int32Array, slack: number): boolean {
    const { offsets, arcs, heads } = this.#graph;
    const end = offsets[node + 1] ?? 0;
    let left = slack + this.#costAt(node, up);
    for (let slot = offsets[node] ?? 0; slot < end && left >= 0; slot++) {
      const head = heads[slot] ?? 0;
      if (up[head] === ((arcs[slot] ?? 0) ^ 1)) left -= this.#leastWithout(node, head, up);
    }
    return left >= 0;
  }

  /** What the edges of `node`, which has one up, cost in the tree. */
  #costAt(node: number, up: Int32Array): number {
    const { offsets, arcs, heads, slotCosts, costs } = this.#graph;
    const end = offsets[node + 1] ?? 0;
    let cost = costs[(up[node] ?? 0) >> 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      if (up[heads[slot] ?? 0] === ((arcs[slot] ?? 0) ^ 1)) cost += slotCosts[slot] ?? 0;
    }
    this.#work += end - (offsets[node] ?? 0);
    return cost;
  }

  /** What it costs at least to join `top` and what is below it to the rest without `node`, which is above it. */
  #leastWithout(node: number, top: number, up: Int32Array): number {
    const { offsets, arcs, heads, slotCosts } = this.#graph;
    const start = offsets[top] ?? 0;
    const end = offsets[top + 1] ?? 0;
    let least = Number.POSITIVE_INFINITY;
    this.#work += end - start;
    for (let slot = start; slot < end; slot++) {
      const head = heads[slot] ?? 0;
      const above = up[head] ?? 0;
      if (above < -1 || head === node) continue;
      if (above === ((arcs[slot] ?? 0) ^ 1)) return this.#least;
      if (least === Number.POSITIVE_INFINITY) least = slotCosts[slot] ?? 0;
    }
    return least;
  }

  /** Finds the pieces without `node`; what its edges cost, `undefined` if the pieces are too many. */
  split(node: number, up: Int32Array): number | undefined {
    const { offsets, arcs, heads } = this.#graph;
    this.#mark += SIDE;
    this.#up = up;
    this.#without = node;
    this.#count = 0;
    this.#starts[1] = 0;
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      const head = heads[slot] ?? 0;
      if (up[head] !== ((arcs[slot] ?? 0) ^ 1)) continue;
      if (this.#count === MOST_PIECES) return undefined;
      this.#gather(head);
    }
    return this.#costAt(node, up);
  }

  /** Gathers the nodes from `top` down as the next piece. */
  #gather(top: number): void {
    const { offsets, arcs, heads } = this.#graph;
    const up = this.#up;
    const nodes = this.#nodes;
    const piece = ++this.#count;
    let end = this.#starts[piece] ?? 0;
    nodes[end++] = top;
    for (let at = end - 1; at < end; at++) {
      const node = nodes[at] ?? 0;
      this.#marks[node] = this.#mark + piece;
      const last = offsets[node + 1] ?? 0;
      for (let slot = offsets[node] ?? 0; slot < last; slot++) {
        const head = heads[slot] ?? 0;
        if (up[head] === ((arcs[slot] ?? 0) ^ 1)) nodes[end++] = head;
      }
      this.#work += last - (offsets[node] ?? 0);
    }
    this.#starts[piece + 1] = end;
  }

  /**
   * The cheapest edges that join the pieces of the last {@link split}, and what they cost; `undefined` if that is
   * more than `most`. Prim (1957) over the pieces; ties go to the pieces and edges found first.
   */
  join(most: number): number | undefined {
    this.#measure(most);
    this.order.length = 0;
    this.#ways.fill(Number.POSITIVE_INFINITY);
    let cost = 0;
    for (let at = 0; this.order.length < this.#count; ) {
      at = this.#nearestAfter(at);
      cost += this.#ways[at] ?? 0;
      if (cost > most || cost === Number.POSITIVE_INFINITY) return undefined;
      this.#ways[at] = -1;
      this.order.push(at);
    }
    return cost > most ? undefined : cost;
  }

  /** Finds the cheapest arcs between pieces, up to a cost of `most`. */
  #measure(most: number): void {
    for (let piece = 0; piece <= this.#count; piece++) {
      const start = piece * SIDE;
      this.#costs.fill(Number.POSITIVE_INFINITY, start, start + this.#count + 1);
    }
    for (let piece = 1; piece <= this.#count; piece++) {
      const end = this.#starts[piece + 1] ?? 0;
      for (let at = this.#starts[piece] ?? 0; at < end; at++) {
        this.#scan(this.#nodes[at] ?? 0, piece, most);
      }
    }
  }

  #scan(node: number, piece: number, most: number): void {
    const { offsets, arcs, heads, slotCosts } = this.#graph;
    const isAlone = this.#count === 1;
    const start = offsets[node] ?? 0;
    const end = offsets[node + 1] ?? 0;
    let slot = start;
    for (; slot < end; slot++) {
      const cost = slotCosts[slot] ?? 0;
      if (cost > most || (isAlone && cost >= (this.#costs[SIDE] ?? 0))) break;
      const other = this.#pieceOf(heads[slot] ?? 0);
      if (other >= 0 && other !== piece) this.#note(piece, other, arcs[slot] ?? 0, cost);
    }
    this.#work += slot - start;
  }

  /** The piece of `node`; -1 outside the tree. */
  #pieceOf(node: number): number {
    if ((this.#up[node] ?? 0) < -1 || node === this.#without) return -1;
    return Math.max(0, (this.#marks[node] ?? 0) - this.#mark);
  }

  #note(from: number, to: number, arc: number, cost: number): void {
    if (cost >= (this.#costs[from * SIDE + to] ?? 0)) return;
    this.#costs[from * SIDE + to] = cost;
    this.#arcs[from * SIDE + to] = arc;
    this.#costs[to * SIDE + from] = cost;
    this.#arcs[to * SIDE + from] = arc ^ 1;
  }

  /** The piece that is nearest to what is joined, to which `joined` came last. */
  #nearestAfter(joined: number): number {
    let nearest = 0;
    for (let piece = 1; piece <= this.#count; piece++) {
      const before = this.#ways[piece] ?? 0;
      if (before < 0) continue;
      const cost = this.#costs[piece * SIDE + joined] ?? 0;
      if (cost < before) {
        this.#ways[piece] = cost;
        this.#vias[piece] = this.#arcs[piece * SIDE + joined] ?? 0;
      }
      if (nearest === 0 || (this.#ways[piece] ?? 0) < (this.#ways[nearest] ?? 0)) nearest = piece;
    }
    return nearest;
  }
}
