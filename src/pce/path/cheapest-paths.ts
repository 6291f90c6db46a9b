import { err, ok, type Result } from "neverthrow";
import { headOf } from "../graph/graph.ts";
import { type ConstrainedQuery, ConstrainedSearch } from "./constrained-path.ts";
import type { SearchLimit } from "./label-path.ts";
import { type Subspace, subspacesBeside, wholeSpace } from "./subspace.ts";
import { compareArcs } from "./way.ts";

/** A path, and what it costs. */
export interface CostedPath {
  readonly arcs: readonly number[];
  readonly cost: number;
}

/**
 * The paths that meet all constraints, the cheapest first; parallel links make paths of their own. A
 * search that had to be given up ends them.
 *
 * The cheapest path of a part of all paths, then that part without it: as many smaller parts as the
 * path has links (Yen, Finding the K Shortest Loopless Paths in a Network, 1971), none of which is
 * gone through twice (Lawler, 1972). A part is searched no sooner than its bound says that it could be next. Each
 * search is exact, see {@link ConstrainedSearch}; ties go to fewer hops, then to the lowest link at
 * the first place where paths differ.
 */
export function* cheapestPaths(
  query: ConstrainedQuery,
): Generator<Result<CostedPath, SearchLimit>, void> {
  const search = new ConstrainedSearch(query);
  const queue: Part[] = [];
  addPart(queue, { space: wholeSpace, cost: search.leastCost(query.origin.node) });
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    const { space, arcs } = part;
    if (arcs === undefined) {
      const found = search.cheapest(space);
      if (found.isErr()) return yield err(found.error);
      if (found.value === undefined) continue;
      addPart(queue, { space, arcs: found.value, cost: costOfPath(query, found.value) });
      continue;
    }
    yield ok({ arcs, cost: part.cost });
    for (const rest of subspacesBeside(space, arcs)) {
      const cost = leastIn(query, search, rest);
      if (cost < Number.POSITIVE_INFINITY) addPart(queue, { space: rest, cost });
    }
  }
}

/** The sum of the weights of `arcs`. */
export function costOfPath({ weight }: ConstrainedQuery, arcs: readonly number[]): number {
  return arcs.reduce((sum, arc) => sum + weight(arc), 0);
}

/** A part of all paths; once it has been searched, its cheapest. */
interface Part {
  readonly space: Subspace;
  /** Of its cheapest path: at least this much or, once that is known, exactly. */
  readonly cost: number;
  readonly arcs?: readonly number[];
}

/** What the paths of `space` cost at least. */
function leastIn(
  query: ConstrainedQuery,
  search: ConstrainedSearch,
  { prefix, banned }: Subspace,
): number {
  const { graph, weight, origin } = query;
  const last = prefix.at(-1);
  const node = last === undefined ? origin.node : headOf(graph, last);
  const leaving = graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1]);
  const least = [...leaving].map((arc) =>
    banned.has(arc) ? Number.POSITIVE_INFINITY : weight(arc) + search.leastCost(headOf(graph, arc)),
  );
  return costOfPath(query, prefix) + Math.min(...least);
}

/** Puts `part` where it belongs among those to come, which are in order. */
function addPart(queue: Part[], part: Part): void {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = queue[middle];
    if (other !== undefined && compareParts(other, part) <= 0) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, part);
}

/** Cheaper ones first; of equals, those still to be searched: they could have what comes first. */
function compareParts(x: Part, y: Part): number {
  if (x.cost !== y.cost) return x.cost - y.cost;
  if (x.arcs === undefined || y.arcs === undefined) {
    return (x.arcs === undefined ? 0 : 1) - (y.arcs === undefined ? 0 : 1);
  }
  return x.arcs.length - y.arcs.length || compareArcs(x.arcs, y.arcs);
}
