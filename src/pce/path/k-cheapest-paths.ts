import { err, ok, type Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import { invalidRequest } from "../../model/errors.ts";
import type { Topology } from "../../topology.ts";
import { planOf, sceneOf } from "../plan/attempt.ts";
import type { LinkState, NetworkPlan, PlanRefusal } from "../plan/plan.ts";
import type { Obstacle, Scene } from "../plan/scene.ts";
import { cheapestPaths } from "./cheapest-paths.ts";
import { type PathRequest, pathEndsOf, refusalOf } from "./path-request.ts";
import { labelledPath } from "./path-search.ts";

/** A request for the cheapest paths between two endpoints. */
export interface KCheapestRequest extends PathRequest {
  /** How many paths are wanted; at least one, `Infinity` for all. */
  readonly count: number;
}

/**
 * The `count` cheapest loopless paths between two endpoints, each a plan by itself that meets every
 * constraint of the request; fewer if there are no more. Parallel links give distinct paths, labels
 * do not. Exact, and in the order of {@link cheapestPaths}, which names sources, complexity and ties.
 *
 * Errors: `invalid-request` for a count below one; else as of `planNetwork`, if there is no path at all or a
 * search had to be given up.
 */
export function kCheapestPaths(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: KCheapestRequest,
): Result<readonly NetworkPlan[], PlanRefusal> {
  const { count } = request;
  if (!(count >= 1)) return err(invalidRequest(["count"], count, "must be at least 1"));
  const scene = sceneOf(topology, ledger, linkState, request);
  return found(scene, Math.floor(count)).mapErr((obstacle) => refusalOf(scene, obstacle));
}

function found(scene: Scene, count: number): Result<readonly NetworkPlan[], Obstacle> {
  return pathEndsOf(scene).andThen(
    ({ ends, query, plain }): Result<readonly NetworkPlan[], Obstacle> => {
      const plans: NetworkPlan[] = [];
      for (const path of cheapestPaths(query, plain)) {
        if (path.isErr()) return err(path.error);
        const tree = labelledPath(scene, ends, path.value.arcs);
        if (tree !== undefined) plans.push(planOf(scene, tree));
        if (plans.length === count) break;
      }
      return plans.length === 0 ? err({ type: "no-tree" as const }) : ok(plans);
    },
  );
}
