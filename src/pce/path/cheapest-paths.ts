import { err, ok, type Result } from "neverthrow";
import type { PathQuery } from "./bidirectional-path.ts";
import type { ConstrainedQuery } from "./constrained-path.ts";
import type { SearchLimit } from "./label-path.ts";
import { forkOf, type Subspace, subspacesBeside, wholeSpace } from "./subspace.ts";
import { SubspaceSearch } from "./subspace-search.ts";
import { compareArcs } from "./way.ts";

/** A path, and what it costs. */
export interface CostedPath {
  readonly arcs: readonly number[];
  readonly cost: number;
}

/**
 * The paths that meet all constraints, the cheapest first; parallel links make paths of their own. A
 * search that had to be given up ends them. `plain` is what `query` asks but for labels, bounds and
 * stops.
 *
 * The cheapest path of a part of all paths, then that part without it: as many smaller parts as the
 * path has links (Yen, Finding the K Shortest Loopless Paths in a Network, 1971), none of which is
 * gone through twice (Lawler, 1972). A part is searched no sooner than its bound says that it could
 * be next, so most never are. Each search is exact, see {@link SubspaceSearch}, and so is the order; at most
 * one for each link of each path, O(k V) for k paths. Ties go to fewer hops, and are then decided by the
 * numbers of nodes and links.
 */
export function* cheapestPaths(
  query: ConstrainedQuery,
  plain: PathQuery | undefined,
): Generator<Result<CostedPath, SearchLimit>, void> {
  const search = new SubspaceSearch(query, plain);
  const queue: Part[] = [];
  addPart(queue, { space: wholeSpace, cost: 0 });
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    const { space, arcs, cost } = part;
    if (arcs !== undefined) {
      yield ok({ arcs, cost });
      for (const rest of partsBeside(query, search, space, arcs)) addPart(queue, rest);
      continue;
    }
    const found = search.cheapest(space);
    if (found.isErr()) return yield err(found.error);
    if (found.value === undefined) continue;
    addPart(queue, { space, arcs: found.value, cost: sumOf(search, found.value) });
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

/** The parts of `space` beside its path `arcs` in which there may be paths. */
function* partsBeside(
  { graph, origin }: ConstrainedQuery,
  search: SubspaceSearch,
  space: Subspace,
  arcs: readonly number[],
): Generator<Part, void> {
  let before = sumOf(search, space.prefix);
  for (const rest of subspacesBeside(space, arcs)) {
    const cost = before + search.leastAfter(forkOf(graph, origin.node, rest));
    if (cost < Number.POSITIVE_INFINITY) yield { space: rest, cost };
    before += search.costOf(arcs[rest.prefix.length] ?? 0);
  }
}

function sumOf(search: SubspaceSearch, arcs: readonly number[]): number {
  return arcs.reduce((sum, arc) => sum + search.costOf(arc), 0);
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
