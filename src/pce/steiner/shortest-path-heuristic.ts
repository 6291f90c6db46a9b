import { CostHeap } from "./cost-heap.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** What edges cost in a search, when not what they do in the graph; of each edge. */
export type EdgeCosts = Float64Array;

/**
 * The shortest path heuristic of Takahashi and Matsuyama (1980): the tree begins at `start` and takes
 * in the terminal that is nearest to it until it has all. `undefined` if one cannot be reached. The
 * cost is at most twice the minimum.
 *
 * One Dijkstra search that goes on: the nodes of each new path enter it anew at cost zero (Poggi de
 * Aragão and Werneck, On the Implementation of MST-based Heuristics for the Steiner Problem in
 * Graphs, 2002). O(k E log V) for k terminals at worst, and about O(E log V) in practice. Ties go by the
 * order of edges.
 */
export function shortestPathTree(
  graph: SteinerGraph,
  start: number,
  costs: EdgeCosts = graph.costs,
): number[] | undefined {
  const search = new Growth(graph, costs);
  search.enter(start);
  let open = graph.terminals.length - (graph.isTerminal[start] ?? 0);
  while (open > 0) {
    const terminal = search.nearestTerminal();
    if (terminal < 0) return undefined;
    search.takeIn(terminal);
    open--;
  }
  return search.edges;
}

/** A tree that grows, and the costs of the cheapest paths from it. */
class Growth {
  readonly edges: number[] = [];
  readonly #graph: SteinerGraph;
  readonly #costs: EdgeCosts;
  readonly #heap = new CostHeap();
  readonly #distances: Float64Array;
  /** The arc by which a node was reached; -1 for those of the tree. */
  readonly #via: Int32Array;

  constructor(graph: SteinerGraph, costs: EdgeCosts) {
    this.#graph = graph;
    this.#costs = costs;
    this.#distances = new Float64Array(graph.nodeCount).fill(Number.POSITIVE_INFINITY);
    this.#via = new Int32Array(graph.nodeCount).fill(-1);
  }

  enter(node: number): void {
    this.#distances[node] = 0;
    this.#via[node] = -1;
    this.#heap.push(0, node);
  }

  /** The terminal outside the tree that is nearest to it; -1 if none can be reached. */
  nearestTerminal(): number {
    const heap = this.#heap;
    while (heap.size > 0) {
      const cost = heap.lowest;
      const node = heap.pop();
      if (cost > (this.#distances[node] ?? 0)) continue;
      if (this.#graph.isTerminal[node] && (this.#via[node] ?? 0) >= 0) return node;
      this.#scan(node, cost);
    }
    return -1;
  }

  /** Makes the path to `terminal` part of the tree. */
  takeIn(terminal: number): void {
    const { a, b } = this.#graph;
    let node = terminal;
    for (let arc = this.#via[node] ?? -1; arc >= 0; arc = this.#via[node] ?? -1) {
      this.edges.push(arc >> 1);
      this.enter(node);
      node = ((arc & 1) === 0 ? a[arc >> 1] : b[arc >> 1]) ?? 0;
    }
  }

  #scan(node: number, cost: number): void {
    const { offsets, heads, arcs } = this.#graph;
    const distances = this.#distances;
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      const head = heads[slot] ?? 0;
      const arc = arcs[slot] ?? 0;
      const way = cost + (this.#costs[arc >> 1] ?? 0);
      if (way >= (distances[head] ?? 0)) continue;
      distances[head] = way;
      this.#via[head] = arc;
      this.#heap.push(way, head);
    }
  }
}
