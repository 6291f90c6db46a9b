import { UndirectedGraph } from "graphology";
import { dijkstra } from "graphology-shortest-path";
import createGraph from "ngraph.graph";
import { nba } from "ngraph.path";
import type { BenchGraph } from "./graphs.ts";
import type { Query } from "./network.ts";

/** Finds a path and says what it costs; infinity if there is none. */
export type Finder = (query: Query) => number;

/** Finders of the libraries for JavaScript that people use; each makes its graph when asked for. */
export const libraries: ReadonlyMap<string, (graph: BenchGraph) => Finder> = new Map([
  ["graphologyBidirectional", (graph) => graphologyFinder(graph, bidirectional)],
  ["graphologySingleSource", (graph) => graphologyFinder(graph, singleSource)],
  ["ngraph", ngraphFinder],
]);

type Graphology = UndirectedGraph<Record<string, never>, { weight: number }>;
type PathFinder = (graph: Graphology, from: string, to: string) => readonly string[] | undefined;

const bidirectional: PathFinder = (graph, from, to) =>
  dijkstra.bidirectional(graph, from, to, "weight") ?? undefined;

const singleSource: PathFinder = (graph, from, to) =>
  dijkstra.singleSource(graph, from, "weight")[to];

function graphologyFinder({ nodeCount, links }: BenchGraph, find: PathFinder): Finder {
  const graph: Graphology = new UndirectedGraph();
  for (let node = 0; node < nodeCount; node++) graph.addNode(String(node));
  for (const [a, b, weight] of links) graph.addEdge(String(a), String(b), { weight });
  return ([from, to]) => {
    const path = find(graph, String(from), String(to));
    if (path === undefined) return Number.POSITIVE_INFINITY;
    return costOf(path, (a, b) => graph.getEdgeAttribute(a, b, "weight"));
  };
}

function ngraphFinder({ nodeCount, links }: BenchGraph): Finder {
  const graph = createGraph<undefined, number>();
  for (let node = 0; node < nodeCount; node++) graph.addNode(node);
  for (const [a, b, weight] of links) graph.addLink(a, b, weight);
  const finder = nba(graph, { distance: (_from, _to, link) => link.data });
  const weightOf = (a: number, b: number): number =>
    (graph.getLink(a, b) ?? graph.getLink(b, a))?.data ?? Number.POSITIVE_INFINITY;
  return ([from, to]) => {
    const path = finder.find(from, to).map(({ id }) => Number(id));
    return path.length === 0 ? Number.POSITIVE_INFINITY : costOf(path, weightOf);
  };
}

function costOf<T>(path: readonly T[], weight: (a: T, b: T) => number): number {
  let cost = 0;
  for (const [at, node] of path.entries()) {
    const next = path[at + 1];
    if (next !== undefined) cost += weight(node, next);
  }
  return cost;
}
