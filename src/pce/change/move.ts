import type { Result } from "neverthrow";
import type { Claim, Ledger } from "../../ledger.ts";
import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";
import { attempt, sceneOf } from "../plan/attempt.ts";
import { claimOf } from "../plan/edit-plan.ts";
import type { NetworkPlan, PlanRefusal, PlanRequest } from "../plan/plan.ts";
import { planNetwork } from "../plan/plan-network.ts";
import { besideTree } from "./beside-tree.ts";
import { weightOf } from "./reservation.ts";
import type { PlanView } from "./view.ts";

/** A network that is there: what it asked for, and the tree that it has in the ledger. */
export interface StandingNetwork {
  /** Its `holder` is the network's name here. What to keep, and which VLAN, the plan says. */
  readonly request: PlanRequest;
  readonly plan: NetworkPlan;
}

/**
 * A network's way from one tree to another, make before break: the new tree is laid while the old one
 * stands, with other labels on links of both; then the edges turn; then the old tree is cleared.
 */
export interface Move {
  readonly holder: string;
  readonly from: NetworkPlan;
  readonly to: NetworkPlan;
  /** What the network holds while both trees stand. */
  readonly during: Claim;
  /** What it holds afterwards. */
  readonly after: Claim;
  /** By how much it reserves less: sum over link directions of metric times bit/s. May be negative. */
  readonly gain: number;
}

/** What is asked for a tree that takes the place of the one there is: hosts keep their tags. */
export function requestInstead({ request, plan }: StandingNetwork): PlanRequest {
  return { ...request, keep: [], vlans: VlanSet.of(plan.vlan) };
}

/** Plans another tree for the network beside the one it has, or says what is in the way. */
export function planMove(view: PlanView, network: StandingNetwork): Result<Move, PlanRefusal> {
  const { topology, linkState } = view;
  const { ledger, held } = besideTree(view.ledger, network.request, network.plan);
  const plan = planNetwork(topology, ledger, linkState, requestInstead(network));
  return plan.map((to) => moveTo(topology, network, held, to));
}

/** The same where nobody asks what is in the way. */
export function tryMove(view: PlanView, network: StandingNetwork): Move | undefined {
  const { topology, linkState } = view;
  const { ledger, held } = besideTree(view.ledger, network.request, network.plan);
  const plan = attempt(sceneOf(topology, ledger, linkState, requestInstead(network)));
  return plan.map((to) => moveTo(topology, network, held, to)).unwrapOr(undefined);
}

/** The ledger once the move is made. */
export function moved(ledger: Ledger, { during, after }: Move): Ledger {
  const both = ledger.replace(during);
  invariant(both.isOk(), "a move is planned on the ledger it is made on");
  const settled = both.value.replace(after);
  invariant(settled.isOk(), "a part of what is held can be held");
  return settled.value;
}

/** The order of holders. */
export function byHolder(x: { readonly holder: string }, y: { readonly holder: string }): number {
  return x.holder < y.holder ? -1 : x.holder > y.holder ? 1 : 0;
}

/** `held` is what the network has of the links of its present tree. */
function moveTo(
  topology: Topology,
  { request: { holder, interval }, plan: from }: StandingNetwork,
  held: Claim,
  to: NetworkPlan,
): Move {
  const after = claimOf(to, holder, interval);
  const during = {
    ...after,
    bandwidth: [...held.bandwidth, ...after.bandwidth],
    labels: [...held.labels, ...after.labels],
  };
  const gain = weightOf(topology, from.links) - weightOf(topology, to.links);
  return { holder, from, to, during, after, gain };
}
