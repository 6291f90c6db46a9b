import { err, ok, type Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import type { LinkId, VlanId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";
import { linkIdOf, metricOf, tailOf } from "../graph/graph.ts";
import { sceneOf } from "../plan/attempt.ts";
import { edgeLoad } from "../plan/edge-load.ts";
import type { LinkState, PlanRefusal } from "../plan/plan.ts";
import type { Ends, Obstacle, Scene } from "../plan/scene.ts";
import { type ConstrainedQuery, ConstrainedSearch } from "./constrained-path.ts";
import { type PathRequest, pathEndsOf, refusalOf } from "./path-request.ts";

/** A request for a walk between two endpoints. */
export type WalkRequest = Omit<PathRequest, "include">;

/** One pass of a walk along a link. */
export interface WalkStep {
  readonly link: LinkId;
  readonly direction: "forward" | "backward";
  readonly label: VlanId;
}

/** A way for frames that may come to a node or a link more than once, under another label each time. */
export interface Walk {
  /** The tag of tagged endpoints that have none of their own. */
  readonly vlan: VlanId;
  /** From the endpoint at the lower node to the other. */
  readonly steps: readonly WalkStep[];
  /** Sum of the metrics, of each link as often as it is passed. */
  readonly cost: number;
}

/**
 * Finds the cheapest walk between two endpoints: like a path, but it may go out of its way to have its
 * label translated and come back over the same nodes and links. Switches can forward that, for they
 * tell frames apart by port and VLAN; every pass takes the bandwidth of the link anew. It is never
 * dearer than the cheapest path, and there may be one where there is no path. A `NetworkPlan` is a
 * tree and cannot express it: this is for comparison with planners that search (node, label) pairs,
 * and for showing what translation at more nodes would be worth.
 *
 * Exact, by {@link ConstrainedSearch}, where both directions carry the same; else passes of a link
 * after its first are counted at the greater load of both, which is sound. Errors: as of
 * `planNetwork`.
 */
export function cheapestWalk(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: WalkRequest,
): Result<Walk, PlanRefusal> {
  const scene = sceneOf(topology, ledger, linkState, request);
  return found(scene).mapErr((obstacle) => refusalOf(scene, obstacle));
}

function found(scene: Scene): Result<Walk, Obstacle> {
  return pathEndsOf(scene).andThen(({ ends, query }) => {
    const passes = (link: number): number => passesOf(scene, ends, link);
    const walk = new ConstrainedSearch({ ...query, passes }).cheapest();
    if (walk.isErr()) return err(walk.error);
    if (walk.value === undefined) return err({ type: "no-tree" as const });
    return ok(labelledWalk(scene, ends, query, walk.value));
  });
}

/** How often the bandwidth is to be had on `link`. */
function passesOf({ availability, request }: Scene, { terminals }: Ends, link: number): number {
  const [from, to = from] = [...terminals.values()];
  if (from === undefined || to === undefined) return 0;
  const load = Math.max(edgeLoad(request, from, to), edgeLoad(request, to, from));
  const residual = Math.min(availability.residual(2 * link), availability.residual(2 * link + 1));
  return load === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(residual / load));
}

/**
 * Gives a cheapest walk its labels. Stretches between translations that share a link have no label in
 * common, but for the VLAN of the network: with one they could be joined, and the walk be shorter.
 */
function labelledWalk(
  { graph }: Scene,
  { vlans }: Ends,
  query: ConstrainedQuery,
  arcs: readonly number[],
): Walk {
  const stretches = stretchesOf(query, arcs);
  const bound = stretches.filter(({ isNetwork }) => isNetwork);
  const vlan = bound.reduce((set, { labels }) => set.intersect(labels), vlans).first();
  invariant(vlan !== undefined, "a walk that was found has a VLAN");
  const used = new Map<number, VlanSet>();
  const labels = new Map<Stretch, VlanId>();
  for (const stretch of [...bound, ...stretches.filter(({ isNetwork }) => !isNetwork)]) {
    const links = stretch.arcs.map((arc) => arc >> 1);
    const taken = links.map((link) => used.get(link) ?? VlanSet.empty);
    const free = taken.reduce((set, other) => set.difference(other), stretch.labels);
    const label = stretch.isNetwork || free.has(vlan) ? vlan : (free.first() ?? vlan);
    labels.set(stretch, label);
    for (const link of links) used.set(link, (used.get(link) ?? VlanSet.empty).with(label));
  }
  const steps = stretches.flatMap((stretch) =>
    stretch.arcs.map((arc): WalkStep => {
      const direction = (arc & 1) === 0 ? "forward" : "backward";
      return { link: linkIdOf(graph, arc >> 1), direction, label: labels.get(stretch) ?? vlan };
    }),
  );
  return { vlan, steps, cost: arcs.reduce((sum, arc) => sum + metricOf(graph, arc >> 1), 0) };
}

/** A part of a walk without a translation: one label throughout. */
interface Stretch {
  readonly arcs: readonly number[];
  readonly labels: VlanSet;
  /** Whether its label must be the network's VLAN. */
  readonly isNetwork: boolean;
}

function stretchesOf(query: ConstrainedQuery, arcs: readonly number[]): readonly Stretch[] {
  const { graph, origin, target } = query;
  const parts: number[][] = [];
  for (const [index, arc] of arcs.entries()) {
    const isFresh = index === 0 || graph.translates[tailOf(graph, arc)] === 1;
    if (isFresh) parts.push([arc]);
    else parts.at(-1)?.push(arc);
  }
  return parts.map((part, index) => {
    const ends = [
      ...(index === 0 ? [origin] : []),
      ...(index === parts.length - 1 ? [target] : []),
    ];
    const sets = [...part.map((arc) => query.labels(arc >> 1)), ...ends.map((end) => end.labels)];
    return {
      arcs: part,
      labels: sets.reduce((left, set) => left.intersect(set), VlanSet.all),
      isNetwork: ends.some((end) => end.isNetwork),
    };
  });
}
