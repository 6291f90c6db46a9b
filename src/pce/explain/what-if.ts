import { type PortDirection, portChannel } from "../../ledger/channel.ts";
import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import type { PortRef } from "../../model/ids.ts";
import { sceneOf } from "../plan/attempt.ts";
import { reload } from "../plan/edit-plan.ts";
import { terminalsOf } from "../plan/ends.ts";
import { overshootOf } from "../plan/overshoot.ts";
import type { NetworkPlan, PlanRequest } from "../plan/plan.ts";
import { portLoads } from "../plan/plan-building.ts";
import type { Scene } from "../plan/scene.ts";
import { crowdedPorts } from "../tree/crowded-ports.ts";

/** The same scene with another request for the same holder, links and time. */
export function asking(scene: Scene, change: Partial<PlanRequest>): Scene {
  return { ...scene, request: { ...scene.request, ...change } };
}

/** The same fabric with a request that may be for other links or another time. */
export function restaged(scene: Scene, change: Partial<PlanRequest>): Scene {
  const { topology, ledger, linkState, request } = scene;
  return { ...scene, ...sceneOf(topology, ledger, linkState, { ...request, ...change }) };
}

/** The scene in which the network begins at `start`, for as long. */
export function startingAt(scene: Scene, start: number): Scene {
  const { interval } = scene.request;
  return restaged(scene, { interval: { start, end: start + (interval.end - interval.start) } });
}

/** The scene in which nothing is asked to carry more than `most`, in bit/s. */
export function capped(scene: Scene, most: number): Scene {
  const { request } = scene;
  const cap = (rate: Bandwidth): Bandwidth => bandwidth(Math.min(rate, most));
  const { floodAllowance, overshoot } = request;
  const endpoints = request.endpoints.map((e) => ({ ...e, bandwidth: cap(e.bandwidth) }));
  const less = {
    bandwidth: cap(request.bandwidth),
    endpoints,
    ...(floodAllowance === undefined ? {} : { floodAllowance: cap(floodAllowance) }),
  };
  if (overshoot === undefined) return asking(scene, less);
  const rates = endpoints.map((endpoint) => endpoint.bandwidth);
  const beyond = overshootOf(overshoot.steps, { ...request, ...less }, rates);
  return asking(scene, { ...less, overshoot: beyond });
}

/** The rate at which a cap begins to tell, in bit/s. */
export function greatestRate({ request }: Scene): number {
  const { sharing, delivery, bandwidth: whole, floodAllowance = 0 } = request;
  const own = request.endpoints.map((endpoint) => endpoint.bandwidth);
  const flooded = delivery === "flood" ? 0 : floodAllowance;
  return Math.max(0, ...own, sharing === "shared" ? whole : 0, flooded);
}

/** Requests have a bound, or what they must pass, under one of these names. */
export type Bound = "include" | "maxHops" | "maxDelayMs";

/** The scene in which the request does not have `bounds`. */
export function without(scene: Scene, ...bounds: readonly Bound[]): Scene {
  const request = { ...scene.request };
  for (const bound of bounds) delete request[bound];
  return { ...scene, request };
}

/**
 * The scene in which searches do a fixed amount of work, so that explanations are reproducible, and
 * less than for a plan, for an explanation is made of many attempts, and what matters of each is only
 * whether there is a tree. The bigger the fabric, the fewer looks; and after {@link MAX_GIVEN_UP} searches
 * that came to no end there is no other.
 */
export function timeless(scene: Scene): Scene {
  const { budget: _, ...request } = scene.request;
  const looks = Math.floor(EXPLAIN_WORK / (scene.graph.linkIds.length * request.endpoints.length));
  const maxLooks = Math.min(MAX_LOOKS_TO_EXPLAIN, Math.max(LEAST_LOOKS, looks));
  return patient({ ...scene, request, maxLooks, takesAny: true });
}

/** The scene with patience anew. */
export function patient(scene: Scene): Scene {
  return { ...scene, patience: { left: MAX_GIVEN_UP } };
}

/** How many searches for one purpose may be given up, which takes long, before no more are made. */
export const MAX_GIVEN_UP = 3;

/** Links times endpoints that all looks of an attempt together may go through. */
const EXPLAIN_WORK = 100_000;

const MAX_LOOKS_TO_EXPLAIN = 16;
const LEAST_LOOKS = 2;

/** Whether it is a path that is looked for, for which the search is complete. */
export function isPath({ graph, availability, request }: Scene): boolean {
  return terminalsOf(graph, request.endpoints).size === 2 && availability.kept.length === 0;
}

/** The directions of links that have not the room that the tree of `plan` needs, by themselves or together. */
export function overloadedArcs(scene: Scene, plan: NetworkPlan): readonly number[] {
  const { graph, availability, topology, request } = scene;
  const { links } = reload(topology, plan, request.endpoints, request);
  const loads = links.map((one) => ({ ...one, link: graph.linkOf.get(one.link) ?? 0 }));
  const alone = loads.flatMap(({ link, forward, backward }) => [
    ...(availability.residual(2 * link) < forward ? [2 * link] : []),
    ...(availability.residual(2 * link + 1) < backward ? [2 * link + 1] : []),
  ]);
  const together = crowdedPorts(scene, loads).flatMap(({ arcs }) => arcs);
  return [...new Set([...alone, ...together])];
}

/** The first endpoint's port without the room that its endpoints need. */
export function firstFullPort({ ledger, request }: Scene): PortRef | undefined {
  const left = (port: PortRef, direction: PortDirection): number =>
    ledger.residual(portChannel(port, direction), request.interval);
  const full = portLoads(request.endpoints, request).find(
    (load) => load.in > left(load.port, "in") || load.out > left(load.port, "out"),
  );
  return full?.port;
}

/**
 * Finds by bisection a number for which `holds` while for the next it does not, between `yes`, for
 * which it does, and `no`, for which it does not.
 */
export function lastThat(holds: (value: number) => boolean, yes: number, no: number): number {
  let [low, high] = [yes, no];
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
