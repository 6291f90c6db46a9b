import { err, ok, type Result } from "neverthrow";
import { bandwidth } from "../../model/bandwidth.ts";
import type { CutLink, NoPath } from "../../model/refusal.ts";
import { linkIdOf } from "../graph/graph.ts";
import { channelOf } from "../graph/ledger-view.ts";
import { reload } from "../plan/edit-plan.ts";
import type { NetworkPlan } from "../plan/plan.ts";
import type { PortFull, Scene } from "../plan/scene.ts";
import { bottleneckCut } from "./bottleneck.ts";
import { largestRate } from "./largest-rate.ts";
import { capped, greatestRate, overloadedArcs } from "./what-if.ts";

/**
 * Names the most that would fit and what is in the way of more; `idle` is a plan for no bandwidth at
 * all. Where no tree was found that has the bandwidth, but one found for less has it, it is the plan.
 *
 * The cut is of links without room for one bit/s more than the largest that fits; so it shows at
 * once that what is asked does not fit, and that no more does.
 */
export function explainBandwidth(scene: Scene, idle: NetworkPlan): Result<NetworkPlan, NoPath> {
  const required = greatestRate(scene);
  const largest = largestRate(scene, required) ?? { rate: 0, plan: idle, isTight: false };
  const overloaded = overloadedArcs(scene, largest.plan);
  if (overloaded.length === 0) {
    return ok(reload(scene.topology, largest.plan, scene.request.endpoints, scene.request));
  }
  const blocking = bottleneckCut(capped(scene, largest.rate + 1));
  const explanation = {
    reason: "bandwidth" as const,
    required: bandwidth(required),
    largest: bandwidth(largest.rate),
    isProven: blocking !== undefined || largest.isTight,
    cut: (blocking ?? overloaded).map((arc) => cutLink(scene, arc)),
    isSeparating: blocking !== undefined,
  };
  return err({ type: "no-path", explanation });
}

/** Names the port that is full, and the most that would fit. */
export function explainPort(scene: Scene, { hostPort, required, residual }: PortFull): NoPath {
  const largest = largestRate(scene, greatestRate(scene));
  const explanation = {
    reason: "port-bandwidth" as const,
    hostPort,
    required: bandwidth(required),
    residual: bandwidth(residual),
    largest: bandwidth(largest?.rate ?? 0),
    isProven: largest?.isTight ?? false,
  };
  return { type: "no-path", explanation };
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
