import type { DualAscent } from "./dual-ascent.ts";
import { improvedTree } from "./edge-tree.ts";
import type { Effort } from "./effort.ts";
import { exchangeKeyPaths } from "./key-path-search.ts";
import { type EdgeCosts, shortestPathTree } from "./shortest-path-heuristic.ts";
import type { SteinerGraph } from "./steiner-graph.ts";
import { insertVertices } from "./vertex-insertion.ts";

/**
 * The tree of the shortest path heuristic at `costs`, with the best edges between its nodes (Takahashi
 * and Matsuyama, 1980). At most twice the minimum at those costs; complexity and ties as of {@link shortestPathTree}.
 */
export function heuristicTree(
  graph: SteinerGraph,
  start: number,
  costs: EdgeCosts = graph.costs,
): readonly number[] | undefined {
  const tree = shortestPathTree(graph, start, costs);
  return tree && improvedTree(graph, tree);
}

/** A tree of edges that a dual ascent has paid for: these are few and good (Wong, 1984). */
export function treeOfAscent(
  graph: SteinerGraph,
  ascent: DualAscent,
): readonly number[] | undefined {
  const costs = new Float64Array(graph.edgeCount).fill(Number.POSITIVE_INFINITY);
  for (const [slot, arc] of graph.arcs.entries()) {
    const isPaid = (ascent.reduced[slot] ?? 0) <= 0;
    if (isPaid) costs[arc >> 1] = graph.costs[arc >> 1] ?? 0;
  }
  return heuristicTree(graph, ascent.root, costs);
}

/**
 * Local search from `edges` until neither neighbourhood has a cheaper tree, or `effort` is spent (Uchoa and
 * Werneck, 2010). Never gives a dearer tree; see the neighbourhoods for what a pass costs and for ties.
 */
export function polished(
  graph: SteinerGraph,
  edges: readonly number[],
  effort: Effort,
): readonly number[] {
  let tree = edges;
  while (!effort.isSpent()) {
    const exchanged = exchangeKeyPaths(graph, tree, effort);
    tree = insertVertices(graph, exchanged, effort);
    if (tree === exchanged) break;
  }
  return tree;
}
