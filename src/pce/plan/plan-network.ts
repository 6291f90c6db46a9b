import type { Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import { explain } from "../explain/explain.ts";
import { attempt, sceneOf } from "./attempt.ts";
import type { LinkState, NetworkPlan, PlanRefusal, PlanRequest } from "./plan.ts";

/**
 * Plans a network: the tree that joins its endpoints, the labels on it and what it reserves.
 *
 * For two endpoints the cheapest path, exactly; for more a tree that is the cheapest, or near it (see
 * `tree-search.ts`). The VLAN is the lowest with which that tree can be had. Pure: equal arguments
 * give equal plans, whatever the order of the document or of the endpoints.
 *
 * Errors: `unknown-host-port` for touch points that are not in the topology, `no-path` and
 * `vlan-unavailable` with what is in the way and what would fit.
 */
export function planNetwork(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: PlanRequest,
): Result<NetworkPlan, PlanRefusal> {
  const scene = sceneOf(topology, ledger, linkState, request);
  return attempt(scene).orElse((obstacle) => explain(scene, obstacle));
}
