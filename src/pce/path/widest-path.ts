import { err, ok, type Result } from "neverthrow";
import { type Ledger, unlimited } from "../../ledger.ts";
import { bandwidth } from "../../model/bandwidth.ts";
import type { Topology } from "../../topology.ts";
import { largestRate, MAX_PLANS } from "../explain/largest-rate.ts";
import { capped } from "../explain/what-if.ts";
import { attempt, sceneOf } from "../plan/attempt.ts";
import type { LinkState, NetworkPlan, PlanRefusal } from "../plan/plan.ts";
import { type PathRequest, refusalOf } from "./path-request.ts";

/** A path with the most bandwidth. */
export interface WidestPath {
  /** bit/s, each way, for each endpoint and the network as a whole. */
  readonly bandwidth: number;
  /** The plan that reserves it. */
  readonly plan: NetworkPlan;
}

/**
 * Finds the most bandwidth, to the bit per second, that a path between two endpoints can have under
 * all other constraints of the request, and the cheapest path that has it. The bandwidths that the
 * request names do not count; those of its flood allowance do.
 *
 * Less bandwidth never makes a path impossible, so the search is for the last rate that can be
 * planned: see {@link largestRate}, also for the source and for how many plans that takes. Exact, as the plan
 * for each rate is; ties go as in a plan.
 *
 * Errors: as of `planNetwork` for one bit per second, or a search that had to be given up.
 */
export function widestPath(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: PathRequest,
): Result<WidestPath, PlanRefusal> {
  const [from, to] = request.endpoints;
  const endpoints = [from, to].map((endpoint) => ({ ...endpoint, bandwidth: unlimited }));
  const scene = sceneOf(topology, ledger, linkState, {
    ...request,
    endpoints,
    bandwidth: unlimited,
  });
  const whole = attempt(scene);
  if (whole.isOk()) return ok({ bandwidth: unlimited, plan: whole.value });
  const least = capped(scene, bandwidth(1));
  const thin = attempt(least);
  if (thin.isErr()) return err(refusalOf(least, thin.error));
  const widest = largestRate(scene, unlimited);
  if (widest?.isTight) return ok({ bandwidth: widest.rate, plan: widest.plan });
  return err(refusalOf(scene, { type: "search-limit", limit: MAX_PLANS }));
}
