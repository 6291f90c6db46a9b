import type { Graph } from "../graph/graph.ts";
import { type Landmarks, landmarksOf } from "../graph/landmarks.ts";
import type { LinkTable } from "../graph/link-table.ts";
import { Potentials } from "../graph/potentials.ts";
import { BidirectionalSearch } from "./bidirectional-search.ts";

/** A path to find. */
export interface PathQuery {
  readonly graph: Graph;
  readonly table: LinkTable;
  readonly from: number;
  readonly to: number;
  /** What must be free in the direction of the path, bit/s, and in the other. */
  readonly onward: number;
  readonly back: number;
  /** Which links may be used; all of them by default. */
  readonly isUsable?: ((link: number) => boolean) | undefined;
}

/** The arcs of a path, and what they cost together. */
export interface FoundPath {
  readonly arcs: readonly number[];
  readonly cost: number;
}

/** How to search; whatever is chosen, the path is a cheapest one. */
export interface SearchMeans {
  readonly landmarks: Landmarks | undefined;
}

/**
 * Finds a cheapest path that has room in both directions; `undefined` if there is none.
 *
 * Two of Dijkstra's searches, from both ends, until no path through what is left can be cheaper
 * (Pohl, Bi-directional Search, 1971). A path from one search to the other also crosses the zones of
 * two nodes, see {@link zonesOf}, which tightens the bound by the least step of Sharon, Holte, Felner and
 * Sturtevant (Minimizing Node Expansions in Bidirectional Search with Consistent Heuristics, 2018).
 * Once a path is found, only one that is cheaper by the least amount there can be matters, see
 * {@link periodOf}. Where the graph has landmarks they lead both searches to each other instead (ALT:
 * Goldberg and Harrelson, 2005). O(V + E + C) for a path of cost C, in units of the least step; in
 * practice far less of the graph is seen, and nothing else is touched.
 *
 * Ties go to fewer hops. What is then left is decided by the numbers of nodes and links alone.
 */
export function bidirectionalPath(
  query: PathQuery,
  { landmarks }: SearchMeans = { landmarks: landmarksOf(query.graph) },
): FoundPath | undefined {
  const { graph, from, to } = query;
  return searchOf(graph).run(query, landmarks && new Potentials(landmarks, from, to));
}

const searches = new WeakMap<Graph, BidirectionalSearch>();

/** The search of `graph`, which serves one query after another. */
function searchOf(graph: Graph): BidirectionalSearch {
  const known = searches.get(graph);
  if (known !== undefined) return known;
  const made = new BidirectionalSearch(graph);
  searches.set(graph, made);
  return made;
}
