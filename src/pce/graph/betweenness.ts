import { reach } from "../path/shortest-path.ts";
import { type Graph, metricOf, tailOf } from "./graph.ts";

/** How much searching may be done for it, in links looked at: some tens of milliseconds. */
export const BETWEENNESS_WORK = 100_000;

/** With fewer origins than this it would be chance that decides. */
const MIN_ORIGINS = 16;

/**
 * On what share of the shortest paths between all pairs of nodes each link lies, where 1 is the mean
 * of all links; worked out once for each graph.
 *
 * Brandes, A Faster Algorithm for Betweenness Centrality (2001), for links, by metrics and then hops;
 * paths that are as short as each other count in equal parts. O(V E log V) up to
 * {@link BETWEENNESS_WORK}; in larger graphs from some of the nodes only, evenly spread (Brandes and
 * Pich, 2007), and where even that would be few, all links count the same. Exact but for rounding where
 * all nodes are origins; an estimate elsewhere. Nothing hangs on ties: all shortest paths count.
 */
export function betweennessOf(graph: Graph): Float64Array {
  const known = computed.get(graph);
  if (known !== undefined) return known;
  const shares = compute(graph);
  computed.set(graph, shares);
  return shares;
}

const computed = new WeakMap<Graph, Float64Array>();

function compute(graph: Graph): Float64Array {
  const nodeCount = graph.nodeIds.length;
  const linkCount = graph.linkIds.length;
  const origins = Math.min(nodeCount, Math.floor(BETWEENNESS_WORK / Math.max(1, linkCount)));
  const sums = new Float64Array(linkCount);
  if (origins < Math.min(nodeCount, MIN_ORIGINS)) return sums.fill(1);
  for (let index = 0; index < origins; index++) {
    addPathsFrom(graph, Math.floor((index * nodeCount) / origins), sums);
  }
  const total = sums.reduce((all, sum) => all + sum, 0);
  return total === 0 ? sums.fill(1) : sums.map((sum) => (sum * linkCount) / total);
}

/** Adds to each link how many nodes are reached over it from `origin`. */
function addPathsFrom(graph: Graph, origin: number, sums: Float64Array): void {
  const order = inOrder(graph, origin);
  const paths = new Float64Array(graph.nodeIds.length);
  paths[origin] = 1;
  for (const { node, arcs } of order) {
    for (const arc of arcs) paths[node] = (paths[node] ?? 0) + (paths[tailOf(graph, arc)] ?? 0);
  }
  const beyond = new Float64Array(paths.length);
  for (const { node, arcs } of order.reverse()) {
    for (const arc of arcs) {
      const before = tailOf(graph, arc);
      const share = ((paths[before] ?? 0) / (paths[node] ?? 1)) * (1 + (beyond[node] ?? 0));
      beyond[before] = (beyond[before] ?? 0) + share;
      sums[arc >> 1] = (sums[arc >> 1] ?? 0) + share;
    }
  }
}

/** The nodes that can be reached, the nearer ones first, each with the arcs by which it best is. */
function inOrder(
  graph: Graph,
  origin: number,
): { readonly node: number; readonly arcs: readonly number[] }[] {
  const weight = (arc: number): number => metricOf(graph, arc >> 1);
  const { costs, hops } = reach({ graph, weight }, [origin]);
  const nodes = [...costs.keys()].filter((node) => Number.isFinite(costs[node]));
  nodes.sort((x, y) => (hops[x] ?? 0) - (hops[y] ?? 0));
  const isBest = (arc: number, node: number): boolean => {
    const before = tailOf(graph, arc);
    const cost = (costs[before] ?? 0) + weight(arc);
    return cost === costs[node] && (hops[before] ?? 0) + 1 === hops[node];
  };
  return nodes.map((node) => {
    const leaving = graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1]);
    return { node, arcs: Array.from(leaving, (arc) => arc ^ 1).filter((arc) => isBest(arc, node)) };
  });
}
