import type { Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import { sceneOf } from "../plan/attempt.ts";
import type { LinkState, NetworkPlan, PlanRefusal, PlanRequest } from "../plan/plan.ts";
import { planNetwork } from "../plan/plan-network.ts";
import { remediesOf } from "./remedies.ts";
import { timeless } from "./what-if.ts";

/**
 * Plans a network like {@link planNetwork}, and where it refuses says also with which single changes
 * of the request it would not: its `remedies`. That takes many more plans than one, some dozens at
 * most for each kind of change; so it is for dry runs and for people who want to know.
 */
export function explainRefusal(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: PlanRequest,
): Result<NetworkPlan, PlanRefusal> {
  return planNetwork(topology, ledger, linkState, request).mapErr((refusal) => {
    const isWrong = refusal.type === "unknown-host-port" || refusal.type === "invalid-request";
    if (isWrong) return refusal;
    const scene = timeless(sceneOf(topology, ledger, linkState, request));
    return { ...refusal, remedies: remediesOf(scene) };
  });
}
