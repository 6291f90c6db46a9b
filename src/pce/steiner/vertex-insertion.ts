import { improvedTree } from "./edge-tree.ts";
import type { Effort } from "./effort.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Makes a tree cheaper by Steiner vertex insertion: a node outside that has edges to several nodes
 * of the tree comes in if the cheapest tree that spans it too costs less (Osborne and Gillett, 1991;
 * in this form Uchoa and Werneck, 2010, section 3.1). One pass over the nodes in ascending order;
 * O(depth of the tree) for each edge looked at. The tree never becomes dearer; what costs the same stays.
 */
export function insertVertices(
  graph: SteinerGraph,
  edges: readonly number[],
  effort: Effort,
): readonly number[] {
  const tree = new RootedTree(graph, edges);
  let isBetter = false;
  for (let node = 0; node < graph.nodeCount && !effort.isSpent(); node++) {
    if (tree.insert(node)) isBetter = true;
    effort.charge(tree.takeWork());
  }
  return isBetter ? improvedTree(graph, tree.edges()) : edges;
}

const OUTSIDE = -2;
const ROOT = -1;

/** A tree hung up at one node: of each node the arc that leads up. Changes can be taken back. */
class RootedTree {
  readonly #graph: SteinerGraph;
  readonly #up: Int32Array;
  readonly #seen: Int32Array;
  #search = 0;
  #work = 0;
  /** Nodes and what their arc up was before. */
  readonly #undo: number[] = [];

  constructor(graph: SteinerGraph, edges: readonly number[]) {
    this.#graph = graph;
    this.#up = new Int32Array(graph.nodeCount).fill(OUTSIDE);
    this.#seen = new Int32Array(graph.nodeCount);
    this.#hang(edges);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  edges(): readonly number[] {
    return Array.from(this.#up).flatMap((arc) => (arc >= 0 ? [arc >> 1] : []));
  }

  /** Takes in `node`, if that makes the tree cheaper. */
  insert(node: number): boolean {
    if (this.#up[node] !== OUTSIDE) return false;
    const slots = this.#slotsInto(node);
    const [first, ...others] = slots;
    if (first === undefined || others.length === 0) return false;
    const { arcs, heads, slotCosts } = this.#graph;
    this.#undo.length = 0;
    this.#set(node, arcs[first] ?? 0);
    let gain = -(slotCosts[first] ?? 0);
    for (const slot of others) {
      const top = this.#dearestBetween(node, heads[slot] ?? 0);
      const saved = this.#costUp(top) - (slotCosts[slot] ?? 0);
      if (saved <= 0) continue;
      gain += saved;
      this.#rehang(top, node, arcs[slot] ?? 0);
    }
    if (gain > 0) return true;
    while (this.#undo.length > 0) {
      const before = this.#undo.pop() ?? 0;
      this.#up[this.#undo.pop() ?? 0] = before;
    }
    return false;
  }

  #hang(edges: readonly number[]): void {
    const { a, b, offsets, arcs, heads } = this.#graph;
    const inTree = new Uint8Array(this.#graph.edgeCount);
    for (const edge of edges) inTree[edge] = 1;
    const root = edges[0] === undefined ? 0 : Math.min(a[edges[0]] ?? 0, b[edges[0]] ?? 0);
    this.#up[root] = ROOT;
    const queue = [root];
    for (const node of queue) {
      for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
        const head = heads[slot] ?? 0;
        const arc = arcs[slot] ?? 0;
        if (!inTree[arc >> 1] || this.#up[head] !== OUTSIDE) continue;
        this.#up[head] = arc ^ 1;
        queue.push(head);
      }
    }
  }

  /** The slots of `node` that lead into the tree. */
  #slotsInto(node: number): readonly number[] {
    const { offsets, heads } = this.#graph;
    const slots: number[] = [];
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      if (this.#up[heads[slot] ?? 0] !== OUTSIDE) slots.push(slot);
    }
    this.#work += end - (offsets[node] ?? 0);
    return slots;
  }

  /** The node whose arc up is the dearest on the way between two nodes; the first such. */
  #dearestBetween(left: number, right: number): number {
    const common = this.#meeting(left, right);
    let dearest = left === common ? right : left;
    for (const start of [left, right]) {
      for (let node = start; node !== common; node = this.#above(node)) {
        if (this.#costUp(node) > this.#costUp(dearest)) dearest = node;
        this.#work += 2;
      }
    }
    return dearest;
  }

  #meeting(left: number, right: number): number {
    this.#search++;
    for (let node = left; node >= 0; node = this.#above(node)) {
      this.#seen[node] = this.#search;
      this.#work++;
    }
    let node = right;
    while (this.#seen[node] !== this.#search) node = this.#above(node);
    return node;
  }

  /** Cuts the tree above `top`, and hangs the part below to the rest by an edge of `node`. */
  #rehang(top: number, node: number, arc: number): void {
    const isBelow = this.#isBelow(node, top);
    let at = isBelow ? node : this.#headOf(arc);
    let up = isBelow ? arc : arc ^ 1;
    for (;;) {
      const before = this.#up[at] ?? ROOT;
      const above = this.#above(at);
      this.#set(at, up);
      if (at === top) return;
      at = above;
      up = before ^ 1;
    }
  }

  #isBelow(node: number, top: number): boolean {
    let at = node;
    while (at >= 0 && at !== top) at = this.#above(at);
    return at === top;
  }

  #set(node: number, arc: number): void {
    this.#undo.push(node, this.#up[node] ?? OUTSIDE);
    this.#up[node] = arc;
  }

  #above(node: number): number {
    const arc = this.#up[node] ?? ROOT;
    return arc < 0 ? -1 : this.#headOf(arc);
  }

  #headOf(arc: number): number {
    const { a, b } = this.#graph;
    return ((arc & 1) === 0 ? b[arc >> 1] : a[arc >> 1]) ?? 0;
  }

  #costUp(node: number): number {
    return this.#graph.costs[(this.#up[node] ?? 0) >> 1] ?? 0;
  }
}
