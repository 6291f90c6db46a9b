import { err, ok, type Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import type { LinkId, VlanId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { LinkLabel, Vni } from "../../model/vni.ts";
import type { VniSet } from "../../model/vni-set.ts";
import type { Topology } from "../../topology.ts";
import { linkIdOf, metricOf, tailOf } from "../graph/graph.ts";
import { sceneOf } from "../plan/attempt.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import type { LinkState, PlanRefusal } from "../plan/plan.ts";
import type { Ends, Obstacle, Scene } from "../plan/scene.ts";
import { type ConstrainedQuery, ConstrainedSearch, type Supply } from "./constrained-path.ts";
import { type PathEnds, type PathRequest, pathEndsOf, refusalOf } from "./path-request.ts";

/** A request for a walk between two endpoints. */
export interface WalkRequest extends Omit<PathRequest, "include"> {
  /**
   * Whether bandwidth is wanted from the first endpoint to the second alone; by default, both ways.
   * Going to a translator and back takes a link once each way then, and twice each way else.
   */
  readonly isOneWay?: boolean;
}

/** One pass of a walk along a link. */
export interface WalkStep {
  readonly link: LinkId;
  readonly direction: "forward" | "backward";
  readonly label: LinkLabel;
}

/** A way for frames that may come to a node or a link more than once, under another label each time. */
export interface Walk {
  /** The tag of tagged endpoints that have none of their own. */
  readonly vlan: VlanId;
  /** From the first endpoint to the second. */
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
 * after its first are counted at the greater load of both, which is sound. Complexity and ties are those of
 * that search. Errors: as of `planNetwork`.
 */
export function cheapestWalk(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: WalkRequest,
): Result<Walk, PlanRefusal> {
  const scene = sceneOf(topology, ledger, linkState, request);
  return found(scene, request).mapErr((obstacle) => refusalOf(scene, obstacle));
}

function found(scene: Scene, request: WalkRequest): Result<Walk, Obstacle> {
  return walkQuery(scene, request).andThen(({ ends, query }) => {
    const walk = new ConstrainedSearch(query).cheapest();
    if (walk.isErr()) return err(walk.error);
    if (walk.value === undefined) return err({ type: "no-tree" as const });
    return ok(labelledWalk(scene, ends, query, walk.value));
  });
}

/** What the request asks of a walk. */
function walkQuery(scene: Scene, request: WalkRequest): Result<PathEnds, Obstacle> {
  return pathEndsOf(scene).map(({ ends, query, plain }) => {
    const { graph, availability } = scene;
    const [from, to] = request.endpoints.map(({ touchPoint }) => graph.nodeOf.get(touchPoint.node));
    const [origin, target] =
      from === query.target.node ? [query.target, query.origin] : [query.origin, query.target];
    const [near, far] = [from, to].map((node) => ends.terminals.get(node ?? 0) ?? NOBODY);
    const onward = edgeLoad(request, near ?? NOBODY, far ?? NOBODY);
    const back = request.isOneWay ? 0 : edgeLoad(request, far ?? NOBODY, near ?? NOBODY);
    const passesOf = (arc: number, load: number): number =>
      load === 0 ? Number.POSITIVE_INFINITY : Math.floor(availability.residual(arc) / load);
    const weight = (arc: number): number => {
      const link = arc >> 1;
      const fits =
        availability.isUsable(link) && passesOf(arc, onward) > 0 && passesOf(arc ^ 1, back) > 0;
      return fits ? availability.cost(link) : Number.POSITIVE_INFINITY;
    };
    const most = Math.max(onward, back);
    const supply: Supply = request.isOneWay
      ? { thingOf: (arc) => arc, countOf: (arc) => passesOf(arc, onward) }
      : {
          thingOf: (arc) => arc >> 1,
          countOf: (link) =>
            Math.max(1, Math.min(passesOf(2 * link, most), passesOf(2 * link + 1, most))),
        };
    return { ends, plain, query: { ...query, origin, target, weight, supply } };
  });
}

const NOBODY: Side = { rate: 0, count: 0 };

/**
 * Gives a cheapest walk its labels. Stretches between translations that share a link have no label in
 * common, but for the VLAN of the network: with one they could be joined, and the walk be shorter.
 */
function labelledWalk(
  { graph, availability }: Scene,
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
  const vnis = new Map<number, VniSet | undefined>();
  const vniOn = (link: number): Vni | undefined => {
    const left = vnis.has(link) ? vnis.get(link) : availability.vnis(link);
    const label = left?.first();
    vnis.set(link, label && left?.without(label));
    return label;
  };
  const steps = stretches.flatMap((stretch) =>
    stretch.arcs.map((arc): WalkStep => {
      const direction = (arc & 1) === 0 ? "forward" : "backward";
      const label = vniOn(arc >> 1) ?? labels.get(stretch) ?? vlan;
      return { link: linkIdOf(graph, arc >> 1), direction, label };
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
