import { CostHeap } from "./cost-heap.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Joins the fragments of a tree that was taken apart. By the cut property, the cheapest path that
 * leaves any one of them is part of a minimum way to join them all, so the smallest goes first.
 * After Uchoa and Werneck (2010). To find the smallest takes the number of fragments times its edges, to
 * join it one Dijkstra search within what the path may cost, O(E log V) at worst. Ties go to the fragment
 * that is named first, and to the way found first.
 */
export class Fragments {
  /** Where in the list of added edges the last join began. */
  firstAdded = 0;
  readonly #graph: SteinerGraph;
  readonly #inTree: Uint8Array;
  readonly #degrees: Int32Array;
  readonly #heap = new CostHeap();
  /** The search that last saw a node, and from which fragment: one number for both. */
  readonly #marks: Int32Array;
  readonly #reached: Int32Array;
  readonly #distances: Float64Array;
  readonly #via: Int32Array;
  /** Of each fragment the nodes found so far. */
  readonly #queues: number[][] = [];
  #mark = 0;
  #small: readonly number[] = [];
  #smallMark = 0;
  #ends: ReadonlySet<number> = new Set();
  /** What a path must cost less than: the cheapest found so far does not. */
  #below = 0;
  #work = 0;

  /** `inTree` and `degrees` tell the tree as it is; whoever changes it changes them. */
  constructor(graph: SteinerGraph, inTree: Uint8Array, degrees: Int32Array) {
    this.#graph = graph;
    this.#inTree = inTree;
    this.#degrees = degrees;
    this.#marks = new Int32Array(graph.nodeCount);
    this.#reached = new Int32Array(graph.nodeCount);
    this.#distances = new Float64Array(graph.nodeCount);
    this.#via = new Int32Array(graph.nodeCount);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  /** Which of `ends` is in the smallest fragment: all are searched in step until one is through. */
  smallest(ends: readonly number[]): number {
    const first = this.#mark + 1;
    this.#mark += ends.length;
    this.#ends = new Set(ends);
    for (const [index, end] of ends.entries()) {
      this.#queues[index] = [end];
      this.#marks[end] = first + index;
    }
    for (let at = 0; ; at++) {
      for (let index = 0; index < ends.length; index++) {
        const queue = this.#queues[index] ?? [];
        if (at < queue.length) this.#expand(queue, queue[at] ?? 0, first + index);
        else {
          this.#small = queue;
          this.#smallMark = first + index;
          return index;
        }
      }
    }
  }

  #expand(queue: number[], node: number, mark: number): void {
    const { offsets, arcs, heads } = this.#graph;
    const end = offsets[node + 1] ?? 0;
    this.#work += end - (offsets[node] ?? 0);
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      if (!this.#inTree[(arcs[slot] ?? 0) >> 1]) continue;
      const head = heads[slot] ?? 0;
      if (this.#marks[head] === mark) continue;
      this.#marks[head] = mark;
      queue.push(head);
    }
  }

  /**
   * Adds to `added` the edges of the cheapest path from the smallest fragment to another one, if it
   * costs less than `below`, and returns its cost; infinity if there is none.
   */
  join(below: number, added: number[]): number {
    this.#heap.clear();
    this.#mark++;
    this.firstAdded = added.length;
    for (const node of this.#small) {
      this.#reached[node] = this.#mark;
      this.#distances[node] = 0;
    }
    this.#below = below;
    for (const node of this.#small) this.#scan(node, 0);
    const end = this.#nearest();
    if (end < 0) return Number.POSITIVE_INFINITY;
    for (let node = end; this.#marks[node] !== this.#smallMark; ) {
      const arc = this.#via[node] ?? 0;
      added.push(arc >> 1);
      node = ((arc & 1) === 0 ? this.#graph.a[arc >> 1] : this.#graph.b[arc >> 1]) ?? 0;
    }
    return this.#distances[end] ?? 0;
  }

  #nearest(): number {
    const heap = this.#heap;
    while (heap.size > 0) {
      const cost = heap.lowest;
      const node = heap.pop();
      if (cost > (this.#distances[node] ?? 0)) continue;
      if (this.#isEnd(node)) return node;
      this.#scan(node, cost);
    }
    return -1;
  }

  #isEnd(node: number): boolean {
    return (this.#degrees[node] ?? 0) > 0 || this.#ends.has(node);
  }

  #scan(node: number, cost: number): void {
    const { offsets, arcs, heads, slotCosts } = this.#graph;
    const start = offsets[node] ?? 0;
    const end = offsets[node + 1] ?? 0;
    let slot = start;
    for (; slot < end; slot++) {
      const way = cost + (slotCosts[slot] ?? 0);
      if (way >= this.#below) break;
      const head = heads[slot] ?? 0;
      if (this.#reached[head] === this.#mark && way >= (this.#distances[head] ?? 0)) continue;
      this.#reached[head] = this.#mark;
      this.#distances[head] = way;
      this.#via[head] = arcs[slot] ?? 0;
      this.#heap.push(way, head);
      if (this.#isEnd(head)) this.#below = way;
    }
    this.#work += slot - start;
  }
}
