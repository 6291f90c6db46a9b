import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../../model/vlan-set.ts";
import { assignLabels, type Labelling } from "../labels/label-assignment.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import type { Ends, NoTree, Scene } from "../plan/scene.ts";
import { bidirectionalPath, type PathQuery } from "./bidirectional-path.ts";
import { costOfPath } from "./cheapest-paths.ts";
import { type ConstrainedQuery, ConstrainedSearch } from "./constrained-path.ts";
import { cheapestInTime } from "./delay-bounded-path.ts";
import { cheapestLabelPath, type LabelEnd, type SearchLimit } from "./label-path.ts";
import { MAX_STOPS, type Stop } from "./path-bound.ts";
import { isWithin, meets } from "./path-check.ts";
import { RemainingCosts } from "./remaining-costs.ts";
import { cheapestPath, type Weight } from "./shortest-path.ts";

/** A tree, or a path, with its labels. */
export interface LabelledTree {
  readonly links: readonly number[];
  readonly labelling: Labelling;
}

/** One of the two ends of a path. */
export interface PathEnd {
  readonly node: number;
  readonly side: Side;
}

/**
 * Finds the cheapest path between two nodes under all constraints of the request: bandwidth in both
 * directions, labels, hops, delay, what to pass and what not. Exact; see {@link ConstrainedSearch}
 * for sources, complexity, ties and the bound.
 *
 * First without regard to labels, bounds and stops: if that path happens to do, none is cheaper. Ties
 * go to fewer hops, and then as the search that found the path has them; the order of the document
 * and of the endpoints makes no difference to either.
 */
export function findPath(
  scene: Scene,
  ends: Ends,
  from: PathEnd,
  to: PathEnd,
): Result<LabelledTree, NoTree | SearchLimit> {
  const query = pathQuery(scene, ends, from, to);
  if (query === undefined) return err({ type: "no-tree" });
  if (query.stops.length > MAX_STOPS) return err({ type: "search-limit", limit: MAX_STOPS });
  const plain = plainQuery(scene, from, to);
  const blind = plain
    ? bidirectionalPath(plain)?.arcs
    : cheapestPath(scene.graph, from.node, to.node, query.weight);
  if (blind === undefined) return err({ type: "no-tree" });
  const labelled = isWithin(query, blind) ? labelledPath(scene, ends, blind) : undefined;
  if (labelled !== undefined) return ok(labelled);
  return constrained(query, plain, blind).andThen((arcs) => {
    const tree = arcs && labelledPath(scene, ends, arcs);
    return tree === undefined ? err({ type: "no-tree" as const }) : ok(tree);
  });
}

/** What the request asks of a path; `undefined` if it is to pass what it may not. */
export function pathQuery(
  scene: Scene,
  ends: Ends,
  from: PathEnd,
  to: PathEnd,
): ConstrainedQuery | undefined {
  const { graph, availability, request } = scene;
  const stops = stopsOf(scene, [from.node, to.node]);
  return (
    stops && {
      graph,
      weight: pathWeight(scene, from.side, to.side),
      labels: (link) => availability.labels(link),
      vlans: ends.vlans,
      origin: labelEnd(ends, from.node),
      target: labelEnd(ends, to.node),
      stops,
      ...(request.maxHops === undefined ? {} : { maxHops: request.maxHops }),
      ...(request.maxDelayMs === undefined ? {} : { maxDelayMs: request.maxDelayMs }),
    }
  );
}

/** Labels and a bound on hops alone are for a search that is made for them, and so is a delay alone. */
function constrained(
  query: ConstrainedQuery,
  plain: PathQuery | undefined,
  blind: readonly number[],
): Result<readonly number[] | undefined, SearchLimit> {
  const { maxDelayMs, stops } = query;
  if (maxDelayMs === undefined && stops.length === 0) {
    const ahead = plain && new RemainingCosts(plain, costOfPath(query, blind));
    return cheapestLabelPath(ahead ? { ...query, ahead } : query);
  }
  const inTime =
    plain && maxDelayMs !== undefined && stops.length === 0
      ? cheapestInTime(plain, maxDelayMs)
      : undefined;
  const isAnswer = inTime?.map((arcs) => arcs === undefined || meets(query, arcs)).unwrapOr(true);
  return inTime !== undefined && isAnswer ? inTime : new ConstrainedSearch(query).cheapest();
}

/** What the request asks of a path but for labels, bounds and stops, if prices are not its own. */
export function plainQuery(
  { graph, availability, request }: Scene,
  from: PathEnd,
  to: PathEnd,
): PathQuery | undefined {
  const { table } = availability;
  return (
    table && {
      graph,
      table,
      from: from.node,
      to: to.node,
      onward: edgeLoad(request, from.side, to.side),
      back: edgeLoad(request, to.side, from.side),
      isUsable: availability.usability,
    }
  );
}

/** The stops between the two ends; `undefined` if there is none of that name. */
function stopsOf({ graph, request }: Scene, ends: readonly number[]): Stop[] | undefined {
  const stops: Stop[] = [];
  for (const id of request.include?.nodes ?? []) {
    const node = graph.nodeOf.get(id);
    if (node === undefined) return undefined;
    if (!ends.includes(node)) stops.push({ type: "node", node });
  }
  for (const id of request.include?.links ?? []) {
    const link = graph.linkOf.get(id);
    if (link === undefined) return undefined;
    stops.push({ type: "link", link });
  }
  return stops;
}

/** Which labels a path may have at an endpoint's node. */
function labelEnd({ bindings, vlans }: Ends, node: number): LabelEnd {
  const isNetwork = bindings.network.has(node);
  const own = bindings.own.get(node) ?? VlanSet.all;
  return { node, isNetwork, labels: isNetwork ? own.intersect(vlans) : own };
}

function pathWeight({ availability, request }: Scene, from: Side, to: Side): Weight {
  const onward = edgeLoad(request, from, to);
  const back = edgeLoad(request, to, from);
  return (arc) => {
    const link = arc >> 1;
    const fits =
      availability.isUsable(link) &&
      availability.residual(arc) >= onward &&
      availability.residual(arc ^ 1) >= back;
    return fits ? availability.cost(link) : Number.POSITIVE_INFINITY;
  };
}

/** The path with labels; `undefined` if there are none for it. */
export function labelledPath(
  { graph, availability }: Scene,
  { vlans, bindings }: Ends,
  arcs: readonly number[],
): LabelledTree | undefined {
  const links = arcs.map((arc) => arc >> 1);
  const labelling = assignLabels({ graph, links, ...availability.supply, vlans, bindings });
  return labelling.isOk() ? { links, labelling: labelling.value } : undefined;
}
