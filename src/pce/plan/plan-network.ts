import type { Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import { explain } from "../explain/explain.ts";
import { attemptWithProof, sceneOf } from "./attempt.ts";
import type { LinkState, NetworkPlan, PlanRefusal, PlanRequest } from "./plan.ts";
import type { ProvedPlan } from "./plan-quality.ts";
import type { Scene } from "./scene.ts";

/**
 * Plans a network: the tree that joins its endpoints, the labels on it and what it reserves.
 *
 * For two endpoints the cheapest path, exactly; for more a tree that is the cheapest, or near it (see
 * `tree-search.ts`). The VLAN is the lowest with which that tree can be had. Pure: equal arguments
 * give equal plans, whatever the order of the document or of the endpoints. Sources, complexity and ties are
 * those of the searches: `path-search.ts` and `tree-search.ts`.
 *
 * Errors: `invalid-request` for no endpoints, no time, bounds that are no numbers or a cycle to keep, `unknown-host-port` for touch points that are
 * not in the topology, `no-path` and `vlan-unavailable` with what is in the way and what would fit.
 */
export function planNetwork(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: PlanRequest,
): Result<NetworkPlan, PlanRefusal> {
  return planWithProof(topology, ledger, linkState, request).map(({ plan }) => plan);
}

/** Plans a network as {@link planNetwork} does, and says how good the plan is. */
export function planWithProof(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: PlanRequest,
): Result<ProvedPlan, PlanRefusal> {
  const scene = sceneOf(topology, ledger, linkState, request);
  return attemptWithProof(scene).orElse((obstacle) =>
    explain(scene, obstacle).map((plan) => {
      const value = planValue(scene, plan);
      return { plan, quality: { value, lowerBound: 0, isOptimal: value === 0 } };
    }),
  );
}

function planValue({ graph, availability }: Scene, { links }: NetworkPlan): number {
  return links.reduce((sum, { link, forward, backward }) => {
    const cost = availability.cost(graph.linkOf.get(link) ?? 0);
    return sum + cost * (forward + backward);
  }, 0);
}
