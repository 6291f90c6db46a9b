import { DisjointSets } from "../graph/disjoint-sets.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** The sum of the costs of `edges`. */
export function costOfEdges(graph: SteinerGraph, edges: readonly number[]): number {
  let cost = 0;
  for (const edge of edges) cost += graph.costs[edge] ?? 0;
  return cost;
}

/** Whether `edges` are a tree that joins all terminals, and nothing else. */
export function isTree(graph: SteinerGraph, edges: readonly number[]): boolean {
  const sets = new DisjointSets(graph.nodeCount);
  const nodes = new Set<number>(graph.terminals);
  for (const edge of edges) {
    const [a, b] = [graph.a[edge] ?? 0, graph.b[edge] ?? 0];
    if (!sets.unite(a, b)) return false;
    nodes.add(a).add(b);
  }
  return edges.length === nodes.size - 1;
}

/** The arcs of the tree `edges` that lead away from `root`, nearer ones first. O(V + its edges). */
export function treeArcs(
  { a, b, nodeCount }: SteinerGraph,
  edges: readonly number[],
  root: number,
): readonly number[] {
  const leaving = Array.from({ length: nodeCount }, (): number[] => []);
  for (const edge of edges) {
    leaving[a[edge] ?? 0]?.push(2 * edge);
    leaving[b[edge] ?? 0]?.push(2 * edge + 1);
  }
  const arcs = [...(leaving[root] ?? [])];
  for (const arc of arcs) {
    const head = ((arc & 1) === 0 ? b[arc >> 1] : a[arc >> 1]) ?? 0;
    arcs.push(...(leaving[head] ?? []).filter((next) => next !== (arc ^ 1)));
  }
  return arcs;
}

/**
 * The cheapest tree on the nodes of `edges`, which must join all terminals, without branches that
 * lead to none; ties go to the lower edge (Kruskal, 1956). The edges are ascending. O(E log E).
 */
export function improvedTree(graph: SteinerGraph, edges: readonly number[]): readonly number[] {
  const inside = new Uint8Array(graph.nodeCount);
  for (const edge of edges) {
    inside[graph.a[edge] ?? 0] = 1;
    inside[graph.b[edge] ?? 0] = 1;
  }
  const among: number[] = [];
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    if (inside[graph.a[edge] ?? 0] && inside[graph.b[edge] ?? 0]) among.push(edge);
  }
  return prunedTree(graph, spanningTree(graph, among));
}

/** A cheapest forest within `edges`; ties go to the lower edge. */
export function spanningTree(graph: SteinerGraph, edges: readonly number[]): number[] {
  const { a, b, costs } = graph;
  const sorted = [...edges].sort((x, y) => (costs[x] ?? 0) - (costs[y] ?? 0) || x - y);
  const sets = new DisjointSets(graph.nodeCount);
  return sorted.filter((edge) => sets.unite(a[edge] ?? 0, b[edge] ?? 0));
}

/** What is left of the forest `edges` without branches that lead to no terminal; ascending. */
export function prunedTree(graph: SteinerGraph, edges: readonly number[]): readonly number[] {
  const { a, b } = graph;
  const leaves = new Leaves(graph);
  for (const edge of edges) leaves.toggle(edge, 1);
  const cut = new Set<number>();
  for (const edge of edges) {
    for (const end of [a[edge] ?? 0, b[edge] ?? 0]) leaves.cutFrom(end, cut);
  }
  return edges.filter((edge) => !cut.has(edge)).sort((x, y) => x - y);
}

/** The degrees in a forest, and of each leaf its edge. */
class Leaves {
  readonly #graph: SteinerGraph;
  readonly #degrees: Int32Array;
  /** The exclusive or of a node's edges: of a leaf, its edge. */
  readonly #mixed: Int32Array;

  constructor(graph: SteinerGraph) {
    this.#graph = graph;
    this.#degrees = new Int32Array(graph.nodeCount);
    this.#mixed = new Int32Array(graph.nodeCount);
  }

  /** Adds an edge, or with -1 takes it away. */
  toggle(edge: number, change: 1 | -1): void {
    for (const node of [this.#graph.a[edge] ?? 0, this.#graph.b[edge] ?? 0]) {
      this.#degrees[node] = (this.#degrees[node] ?? 0) + change;
      this.#mixed[node] = (this.#mixed[node] ?? 0) ^ edge;
    }
  }

  /** Cuts `node` if it is a leaf and no terminal, and what becomes a leaf by that; adds to `cut`. */
  cutFrom(node: number, cut: Set<number>): void {
    const { a, b, isTerminal } = this.#graph;
    let at = node;
    while (this.#degrees[at] === 1 && !isTerminal[at]) {
      const edge = this.#mixed[at] ?? 0;
      cut.add(edge);
      this.toggle(edge, -1);
      at = (a[edge] === at ? b[edge] : a[edge]) ?? 0;
    }
  }
}
