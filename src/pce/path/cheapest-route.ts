import { err, ok, type Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import { type InvalidRequest, invalidRequest } from "../../model/errors.ts";
import type { LinkId, NodeId } from "../../model/ids.ts";
import { isEmpty } from "../../model/interval.ts";
import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { LinkLabel } from "../../model/vni.ts";
import type { Topology } from "../../topology.ts";
import { Availability, type LabelSupply, type LinkDemand } from "../graph/availability.ts";
import { graphOf, linkIdOf } from "../graph/graph.ts";
import { assignLabels } from "../labels/label-assignment.ts";
import type { LinkState } from "../plan/plan.ts";
import { bidirectionalPath, type FoundPath, type PathQuery } from "./bidirectional-path.ts";
import {
  cheapestLabelPath,
  type LabelEnd,
  type LabelPathQuery,
  type SearchLimit,
} from "./label-path.ts";
import { stepOf } from "./open-arc.ts";
import { RemainingCosts } from "./remaining-costs.ts";

/** A path between two nodes to find. */
export interface RouteRequest extends Pick<LinkDemand, "interval" | "exclude" | "cost"> {
  readonly from: NodeId;
  readonly to: NodeId;
  /** What must be free in the direction of the path and in the other, bit/s. */
  readonly onward: number;
  readonly back: number;
  /**
   * The labels one of which must be free on all links, up to nodes that translate; without it, labels
   * do not matter.
   */
  readonly vlans?: VlanSet;
}

/** A path between two nodes. */
export interface Route {
  readonly links: readonly LinkId[];
  /** The sum of what its links cost. */
  readonly cost: number;
  /** Of each link, the label that it may have; empty where labels do not matter. */
  readonly labels: readonly LinkLabel[];
}

/**
 * Finds the cheapest path between two nodes; `undefined` if there is none, or if one of the nodes is
 * not in the topology.
 *
 * What `planNetwork` does for two endpoints, without the endpoints: for those who ask often, and
 * need neither ports nor reasons. Exact. See {@link bidirectionalPath} and, where labels matter,
 * {@link cheapestLabelPath} for sources, complexity and ties.
 *
 * Errors: `search-limit` if labels are so entangled that the search was given up, `invalid-request`
 * for rates that are none and intervals in which nothing is.
 */
export function cheapestRoute(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: RouteRequest,
): Result<Route | undefined, SearchLimit | InvalidRequest> {
  const fault = faultOf(request);
  if (fault !== undefined) return err(fault);
  const graph = graphOf(topology);
  const from = graph.nodeOf.get(request.from);
  const to = graph.nodeOf.get(request.to);
  const availability = new Availability(graph, ledger, linkState, request);
  const { table, usability: isUsable } = availability;
  if (from === undefined || to === undefined) return ok(undefined);
  invariant(table !== undefined, "links that nobody prices have a table");
  const { onward, back, vlans } = request;
  const query: PathQuery = { graph, table, from, to, onward, back, isUsable };
  const blind = bidirectionalPath(query);
  if (blind === undefined || vlans === undefined) return ok(blind && routeOf(query, blind, []));
  const { supply } = availability;
  const route = labelled(query, supply, vlans, blind);
  if (route !== undefined) return ok(route);
  return cheapestLabelPath(labelQuery(query, supply.labels, vlans, blind)).map(
    (arcs) => arcs && labelled(query, supply, vlans, { arcs, cost: costOf(query, arcs) }),
  );
}

function faultOf({ onward, back, interval }: RouteRequest): InvalidRequest | undefined {
  const [name, rate] = onward >= 0 ? ["back", back] : ["onward", onward];
  if (!(rate >= 0)) return invalidRequest([name], rate, "must be a rate, 0 bit/s or more");
  return isEmpty(interval)
    ? invalidRequest(["interval"], interval, "must not be empty")
    : undefined;
}

function routeOf(
  { graph }: PathQuery,
  { arcs, cost }: FoundPath,
  labels: readonly LinkLabel[],
): Route {
  return { links: arcs.map((arc) => linkIdOf(graph, arc >> 1)), cost, labels };
}

function costOf(query: PathQuery, arcs: readonly number[]): number {
  let cost = 0;
  for (const arc of arcs) cost += stepOf(query, arc);
  return cost;
}

/** The path with labels; `undefined` if there are none for it. */
function labelled(
  query: PathQuery,
  supply: LabelSupply,
  vlans: VlanSet,
  path: FoundPath,
): Route | undefined {
  const { graph, from, to } = query;
  const network = new Set([from, to].filter((node) => !graph.translates[node]));
  const links = path.arcs.map((arc) => arc >> 1);
  const bindings = { network, own: new Map() };
  const labelling = assignLabels({ graph, links, ...supply, vlans, bindings });
  if (labelling.isErr()) return undefined;
  const { vlan, labels: found } = labelling.value;
  return routeOf(
    query,
    path,
    links.map((link) => found.get(link) ?? vlan),
  );
}

function labelQuery(
  query: PathQuery,
  labels: (link: number) => VlanSet,
  vlans: VlanSet,
  blind: FoundPath,
): LabelPathQuery {
  const { graph, from, to } = query;
  const endAt = (node: number): LabelEnd => {
    const isNetwork = !graph.translates[node];
    return { node, isNetwork, labels: isNetwork ? vlans : VlanSet.all };
  };
  return {
    graph,
    labels,
    vlans,
    weight: (arc) => stepOf(query, arc),
    origin: endAt(from),
    target: endAt(to),
    ahead: new RemainingCosts(query, blind.cost),
  };
}
