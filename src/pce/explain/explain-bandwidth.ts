import { err, ok, type Result } from "neverthrow";
import { bandwidth } from "../../model/bandwidth.ts";
import type { CutLink } from "../../model/errors.ts";
import { channelOf } from "../graph/availability.ts";
import type { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf, linkIdOf } from "../graph/graph.ts";
import { attempt } from "../plan/attempt.ts";
import { leastLoad } from "../plan/edge-load.ts";
import { reload } from "../plan/edit-plan.ts";
import type { NetworkPlan, PlanRefusal } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { joinedBy } from "./reachability.ts";
import { capped, lastThat } from "./what-if.ts";

/**
 * Names the most that would fit and what is in the way of more; `idle` is a plan for no bandwidth at
 * all. Where no tree was found that has the bandwidth, but one found for less has it, it is the plan.
 */
export function explainBandwidth(
  scene: Scene,
  idle: NetworkPlan,
): Result<NetworkPlan, PlanRefusal> {
  const required = greatestRate(scene);
  let best = idle;
  const works = (most: number): boolean => {
    const less = attempt(capped(scene, most));
    if (less.isOk()) best = less.value;
    return less.isOk();
  };
  const largest = largestThat(works, residualsUpTo(scene, required));
  const plan = reload(scene.topology, best, scene.request.endpoints, scene.request);
  const overloaded = overloadedArcs(scene, plan);
  if (overloaded.length === 0) return ok(plan);
  const blocking = blockingCut(scene);
  const cut = (blocking.length > 0 ? blocking : overloaded).map((arc) => cutLink(scene, arc));
  const explanation = {
    reason: "bandwidth" as const,
    required: bandwidth(required),
    largest: bandwidth(largest),
    cut,
  };
  return err({ type: "no-path", explanation });
}

/**
 * The largest rate that works, between the first and the last of `residuals`, which are ascending:
 * the first works and the last does not. Where every link reserves the same, it is one of them.
 */
function largestThat(works: (rate: number) => boolean, residuals: readonly number[]): number {
  const at = lastThat((index) => works(residuals[index] ?? 0), 0, residuals.length - 1);
  const [low = 0, high = 0] = residuals.slice(at, at + 2);
  return low + 1 < high && works(low + 1) ? lastThat(works, low + 1, high) : low;
}

/** What links have left, ascending, from nothing to `most`. */
function residualsUpTo({ graph, availability }: Scene, most: number): readonly number[] {
  const residuals = [...graph.arcs].map((arc) => availability.residual(arc));
  const below = residuals.filter((residual) => residual < most);
  return [...new Set([0, ...below, most])].sort((x, y) => x - y);
}

/** The rate at which a cap begins to tell. */
function greatestRate({ request }: Scene): number {
  const own = request.endpoints.map((endpoint) => endpoint.bandwidth);
  return Math.max(...own, request.sharing === "shared" ? request.bandwidth : 0);
}

function overloadedArcs({ graph, availability }: Scene, plan: NetworkPlan): readonly number[] {
  return plan.links.flatMap(({ link, forward, backward }) => {
    const index = graph.linkOf.get(link) ?? 0;
    return [
      ...(availability.residual(2 * index) < forward ? [2 * index] : []),
      ...(availability.residual(2 * index + 1) < backward ? [2 * index + 1] : []),
    ];
  });
}

/**
 * Link directions without room for even the least that a tree edge reserves, such that every way
 * from some endpoint to some other uses a link of one of them. Of such cuts around an endpoint, the
 * one with the fewest links; empty if there is none.
 */
function blockingCut(scene: Scene): readonly number[] {
  const { graph, availability, request } = scene;
  const rates = request.endpoints.map((endpoint) => endpoint.bandwidth);
  const least = leastLoad(request, rates);
  const isShort = (arc: number): boolean => availability.residual(arc) < least;
  const isOpen = (link: number): boolean => !isShort(2 * link) && !isShort(2 * link + 1);
  const sets = joinedBy(scene, isOpen);
  const nodes = request.endpoints.map(({ touchPoint }) => graph.nodeOf.get(touchPoint.node) ?? 0);
  const sides = [...new Set(nodes.map((node) => sets.find(node)))];
  if (sides.length < 2) return [];
  const cuts = sides.map((side) => linksLeaving(scene, sets, side));
  const fewest = cuts.reduce((best, cut) => (cut.length < best.length ? cut : best));
  return fewest.flatMap((link) => [2 * link, 2 * link + 1].filter(isShort));
}

function linksLeaving(
  { graph, availability }: Scene,
  sets: DisjointSets,
  side: number,
): readonly number[] {
  return [...graph.linkIds.keys()].filter((link) => {
    const [a, b] = endsOf(graph, link);
    return (sets.find(a) === side) !== (sets.find(b) === side) && availability.isUsable(link);
  });
}

function cutLink({ graph, ledger, topology, request }: Scene, arc: number): CutLink {
  const channel = channelOf(graph, arc);
  const link = linkIdOf(graph, arc >> 1);
  return {
    link,
    direction: (arc & 1) === 0 ? "forward" : "backward",
    capacity: topology.links.get(link)?.capacity ?? bandwidth(0),
    residual: ledger.residual(channel, request.interval),
    holders: ledger.holders(channel, request.interval),
  };
}
