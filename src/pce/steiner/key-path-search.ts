import type { Effort } from "./effort.ts";
import { Fragments } from "./fragments.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Makes a tree cheaper by key-path exchange and key-vertex elimination (Uchoa and Werneck, Fast Local
 * Search for the Steiner Problem in Graphs, 2010), until neither helps or `effort` is spent.
 *
 * A key vertex is a terminal or has degree three at least; a key path runs between two of them. A key
 * path, or a vertex with all its key paths, is taken out, and what falls apart is joined again by
 * cheapest paths; that stays if it is cheaper. The fragments are joined in order of size, each by a
 * Dijkstra search that goes no farther than the gain allows. Nodes are tried in ascending order, and what
 * costs the same is no gain. O(V E log V) for a pass at worst, far less where keys are near each other;
 * the tree never becomes dearer, and at most twice the minimum is kept from the heuristic it came from.
 */
export function exchangeKeyPaths(
  graph: SteinerGraph,
  edges: readonly number[],
  effort: Effort,
): readonly number[] {
  const search = new KeyPathSearch(graph, edges, effort);
  search.run();
  return search.edges();
}

/** A part of the tree that is taken out. */
interface Removal {
  readonly edges: number[];
  /** A node of each fragment that is left. */
  readonly ends: number[];
  cost: number;
}

/** A tree under that local search; the costs of the graph may change while nobody searches. */
export class KeyPathSearch {
  readonly #graph: SteinerGraph;
  readonly #effort: Effort;
  readonly #inTree: Uint8Array;
  readonly #degrees: Int32Array;
  readonly #fragments: Fragments;
  readonly #slack: number;
  /** When the tree last changed at a node, and when the node was last tried, in numbers of tries. */
  readonly #changed: Int32Array;
  readonly #tried: Int32Array;
  #tries = 1;

  constructor(graph: SteinerGraph, edges: readonly number[], effort: Effort) {
    this.#graph = graph;
    this.#effort = effort;
    this.#inTree = new Uint8Array(graph.edgeCount);
    this.#degrees = new Int32Array(graph.nodeCount);
    this.#fragments = new Fragments(graph, this.#inTree, this.#degrees);
    this.#changed = new Int32Array(graph.nodeCount).fill(1);
    this.#tried = new Int32Array(graph.nodeCount);
    let cost = 0;
    for (const edge of edges) {
      this.#add(edge);
      cost += graph.costs[edge] ?? 0;
    }
    this.#slack = cost * 1e-12;
  }

  /** What the tree costs now. */
  get cost(): number {
    let cost = 0;
    for (let edge = 0; edge < this.#inTree.length; edge++) {
      if (this.#inTree[edge]) cost += this.#graph.costs[edge] ?? 0;
    }
    return cost;
  }

  /** The tree as it is, for {@link restore}. */
  saved(): Uint8Array {
    return this.#inTree.slice();
  }

  /** Makes the tree what it was. */
  restore(saved: Uint8Array): void {
    for (let edge = 0; edge < saved.length; edge++) {
      if (saved[edge] === this.#inTree[edge]) continue;
      if (saved[edge]) this.#add(edge);
      else this.#remove(edge);
    }
  }

  /** Takes the tree for one that nothing makes cheaper, but near what is touched. */
  settle(): void {
    this.#tried.fill(++this.#tries);
  }

  /** Has `node` tried anew, because costs around it have changed. */
  touch(node: number): void {
    this.#changed[node] = ++this.#tries;
  }

  /** Searches until nothing helps, or the effort is spent. */
  run(): void {
    while (this.pass() && !this.#effort.isSpent()) {}
  }

  /** Ascending. */
  edges(): readonly number[] {
    return Array.from(this.#inTree.keys()).filter((edge) => this.#inTree[edge]);
  }

  /** Tries all key vertices and key paths near changes once; whether the tree is cheaper now. */
  pass(): boolean {
    let isBetter = false;
    for (let node = 0; node < this.#graph.nodeCount; node++) {
      if (!this.#isKey(node) || !this.#isDue(node)) continue;
      if (this.#effort.isSpent()) break;
      this.#tried[node] = ++this.#tries;
      if (!this.#graph.isTerminal[node] && this.#try(this.#around(node))) isBetter = true;
      else if (this.#exchangeAt(node)) isBetter = true;
    }
    return isBetter;
  }

  #exchangeAt(node: number): boolean {
    const { offsets, arcs } = this.#graph;
    let isBetter = false;
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      if (!this.#inTree[(arcs[slot] ?? 0) >> 1] || !this.#isKey(node)) continue;
      const removal = emptyRemoval();
      const end = this.#follow(removal, slot);
      if (end < node && this.#isDue(end)) continue;
      removal.ends.push(node);
      if (this.#try(removal)) isBetter = true;
    }
    return isBetter;
  }

  #isKey(node: number): boolean {
    const degree = this.#degrees[node] ?? 0;
    return degree > 2 || (degree > 0 && this.#graph.isTerminal[node] === 1);
  }

  #isDue(node: number): boolean {
    return (this.#changed[node] ?? 0) >= (this.#tried[node] ?? 0);
  }

  /** A vertex with all its key paths. */
  #around(node: number): Removal {
    const { offsets, arcs } = this.#graph;
    const removal = emptyRemoval();
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      if (this.#inTree[(arcs[slot] ?? 0) >> 1]) this.#follow(removal, slot);
    }
    return removal;
  }

  /** Adds to `removal` the key path that begins with `slot`; where it ends. */
  #follow(removal: Removal, slot: number): number {
    const { heads, arcs, slotCosts } = this.#graph;
    let at = slot;
    for (;;) {
      const edge = (arcs[at] ?? 0) >> 1;
      const head = heads[at] ?? 0;
      removal.edges.push(edge);
      removal.cost += slotCosts[at] ?? 0;
      if (this.#isKey(head)) {
        removal.ends.push(head);
        return head;
      }
      at = this.#onward(head, edge);
    }
  }

  /** The other tree slot of an inner node of a key path. */
  #onward(node: number, edge: number): number {
    const { offsets, arcs } = this.#graph;
    let slot = offsets[node] ?? 0;
    while ((arcs[slot] ?? 0) >> 1 === edge || !this.#inTree[(arcs[slot] ?? 0) >> 1]) slot++;
    return slot;
  }

  /** Takes `removal` out and joins the rest, if that is cheaper. */
  #try(removal: Removal): boolean {
    for (const edge of removal.edges) this.#remove(edge);
    const fragments = this.#fragments;
    const ends = [...removal.ends];
    const added: number[] = [];
    let left = removal.cost - this.#slack;
    while (ends.length > 1 && left > 0) {
      const small = fragments.smallest(ends);
      left -= fragments.join(left, added);
      this.#effort.charge(fragments.takeWork());
      ends.splice(small, 1);
      for (let at = fragments.firstAdded; at < added.length; at++) this.#add(added[at] ?? 0);
    }
    this.#effort.charge(TRY_WORK);
    if (left > 0) {
      this.#noteChange([...removal.edges, ...added], removal.ends);
      return true;
    }
    for (const edge of added) this.#remove(edge);
    for (const edge of removal.edges) this.#add(edge);
    return false;
  }

  #noteChange(edges: readonly number[], ends: readonly number[]): void {
    const { a, b } = this.#graph;
    const now = ++this.#tries;
    for (const node of ends) this.#changed[node] = now;
    for (const edge of edges) {
      this.#changed[a[edge] ?? 0] = now;
      this.#changed[b[edge] ?? 0] = now;
    }
  }

  #add(edge: number): void {
    const { a, b } = this.#graph;
    this.#inTree[edge] = 1;
    this.#degrees[a[edge] ?? 0] = (this.#degrees[a[edge] ?? 0] ?? 0) + 1;
    this.#degrees[b[edge] ?? 0] = (this.#degrees[b[edge] ?? 0] ?? 0) + 1;
  }

  #remove(edge: number): void {
    const { a, b } = this.#graph;
    this.#inTree[edge] = 0;
    this.#degrees[a[edge] ?? 0] = (this.#degrees[a[edge] ?? 0] ?? 0) - 1;
    this.#degrees[b[edge] ?? 0] = (this.#degrees[b[edge] ?? 0] ?? 0) - 1;
  }
}

/** What a try is charged besides the arcs scanned. */
const TRY_WORK = 100;

function emptyRemoval(): Removal {
  return { edges: [], ends: [], cost: 0 };
}
