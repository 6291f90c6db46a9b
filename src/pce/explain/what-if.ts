import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import type { PlanRequest } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";

/** The same scene with another request for the same holder, links and time. */
export function asking(scene: Scene, change: Partial<PlanRequest>): Scene {
  return { ...scene, request: { ...scene.request, ...change } };
}

/** The scene in which nothing is asked to carry more than `most`, in bit/s. */
export function capped(scene: Scene, most: number): Scene {
  const { request } = scene;
  const cap = (rate: Bandwidth): Bandwidth => bandwidth(Math.min(rate, most));
  return asking(scene, {
    bandwidth: cap(request.bandwidth),
    endpoints: request.endpoints.map((e) => ({ ...e, bandwidth: cap(e.bandwidth) })),
    ...(request.floodAllowance === undefined
      ? {}
      : { floodAllowance: cap(request.floodAllowance) }),
  });
}

/** The scene in which paths may be as long as they will. */
export function withoutHopLimit(scene: Scene): Scene {
  const { maxHops: _, ...request } = scene.request;
  return { ...scene, request };
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
