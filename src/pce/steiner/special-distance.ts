import type { Effort } from "./effort.ts";
import { NearSearch } from "./near-search.ts";
import type { SteinerGraph } from "./steiner-graph.ts";
import { TerminalDistances } from "./terminal-distances.ts";

/**
 * The edges that cost more than the special distance of their ends: there is a way between these on
 * which each part between two terminals is cheaper, so no minimum tree has them (Duin and Volgenant,
 * 1989). Bounds by {@link TerminalDistances} and by a search from each node that scans no more than
 * {@link MOST_SCANNED}. O((V + E) log V). Both are upper bounds: some such edges may be missed, none is
 * wrong. In the order of nodes; equal ways exclude nothing.
 */
export function longEdges(graph: SteinerGraph, effort: Effort): readonly number[] {
  const { a, b, costs, edgeCount, nodeCount } = graph;
  const distances = new TerminalDistances(graph);
  const isLong = new Uint8Array(edgeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    const limit = LESS * (costs[edge] ?? 0);
    if (distances.bound(a[edge] ?? 0, b[edge] ?? 0, limit) < limit) isLong[edge] = 1;
  }
  effort.charge(TABLE_WORK * edgeCount);
  const search = new NearSearch(graph);
  for (let node = 0; node < nodeCount && !effort.isSpent(); node++) {
    markLong(graph, search, node, isLong);
    effort.charge(search.takeWork());
  }
  return [...isLong.keys()].filter((edge) => isLong[edge]);
}

/** Marks the edges of `node` that cost more than another way. */
function markLong(
  { offsets, arcs, heads, slotCosts }: SteinerGraph,
  search: NearSearch,
  node: number,
  isLong: Uint8Array,
): void {
  const [start, end] = [offsets[node] ?? 0, offsets[node + 1] ?? 0];
  if (end === start) return;
  search.from(node, slotCosts[end - 1] ?? 0, MOST_SCANNED);
  for (let slot = start; slot < end; slot++) {
    const way = search.distances[heads[slot] ?? 0] ?? 0;
    if (way < LESS * (slotCosts[slot] ?? 0)) isLong[(arcs[slot] ?? 0) >> 1] = 1;
  }
}

/** What costs less than this share of another way is cheaper, beyond rounding: equal ways must not exclude each other. */
export const LESS: number = 1 - 1e-10;

/** After how many arcs the search around a node ends. */
const MOST_SCANNED = 250;

/** What the distances by terminals are charged, for each edge. */
export const TABLE_WORK = 12;
