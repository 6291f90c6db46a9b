import { err, ok, type Result } from "neverthrow";
import type { Claim, Ledger } from "../ledger.ts";
import { bandwidth } from "../model/bandwidth.ts";
import type { NoPath } from "../model/errors.ts";
import type { Interval } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import type { VlanSet } from "../model/vlan-set.ts";
import {
  besideTree,
  type LabelledLink,
  labelsHeldByTree,
  type NetworkPlan,
  type PlanRefusal,
  type PlanRequest,
  planNetwork,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { claimOfChange } from "./change-claim.ts";
import { growthFault } from "./claims.ts";
import type { Decision, DecisionError, View } from "./decide.ts";
import { planEndpoints } from "./endpoints.ts";
import { claimOfBypassedChange, claimOfProtectedChange } from "./failover-claim.ts";
import { type Realisation, wholeOf } from "./realisation.ts";
import { heldInterval } from "./schedule.ts";
import type { NetworkSpec } from "./spec.ts";
import { trafficOf } from "./traffic.ts";

/** A spec, and the VLANs to choose from now: a network keeps its own until asked for another. */
export interface Wanted {
  readonly spec: NetworkSpec;
  readonly vlans: VlanSet;
  /** For which time; what is absent is wanted now. */
  readonly interval?: Interval;
}

/**
 * Decides another tree for a network, with other labels wherever both use a link. A frame follows one
 * tree or the other, so what the old one holds of a link will do for the new one too where it parts
 * the endpoints alike; if there is no room for the moment of the change, one beside all that is held.
 */
export function decideReroute(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  return decideBeside(view, holder, current, (ledger) =>
    planWanted({ ...view, ledger }, holder, wanted).map((plan) => ({
      generation: current.generation + 1,
      spec: wanted.spec,
      plan,
    })),
  );
}

/** Decides on what `plan` gives beside the labels of what there is or, if need be, beside all of that. */
export function decideBeside(
  view: View,
  holder: string,
  current: Realisation,
  plan: (ledger: Ledger) => Result<Realisation, DecisionError>,
): Result<Decision, DecisionError> {
  const whose = { holder, interval: heldInterval(current.spec.schedule) };
  const decidedOn = (on: Ledger): Result<Decision, DecisionError> =>
    plan(on).andThen((target) => changeTo(view, holder, current, { target, mode: "reroute" }));
  return decidedOn(withLabelsOnly(view.ledger, holder, current)).orElse((error) =>
    isTransition(error)
      ? decidedOn(besideTree(view.ledger, whose, wholeOf(current)).ledger)
      : err(error),
  );
}

/** The ledger in which `holder` has given all back but the labels of its tree. */
export function withLabelsOnly(ledger: Ledger, holder: string, current: Realisation): Ledger {
  const without = ledger.release(holder);
  const interval = heldInterval(current.spec.schedule);
  const labels = labelsHeldByTree(without, interval, wholeOf(current));
  const held = without.reserve({ holder: `tree of ${holder}`, interval, bandwidth: [], labels });
  invariant(held.isOk(), "what was the network's is free without it");
  return held.value;
}

/** What was and what comes may both send for a moment; where there is no room for that, says so. */
export function changeTo(
  { topology, ledger }: Pick<View, "topology" | "ledger">,
  holder: string,
  old: Realisation,
  { target, mode }: Pick<Decision, "target" | "mode">,
): Result<Decision, NoPath> {
  const decision = changeWithRoom(topology, holder, old, { target, mode });
  const lacking = lacksRoom(ledger, decision.claim);
  return lacking === undefined ? ok(decision) : err(lacking);
}

/** The same where it is known that there is room, or found out by who takes it. */
export function changeWithRoom(
  topology: Topology,
  holder: string,
  old: Realisation,
  { target, mode }: Pick<Decision, "target" | "mode">,
): Decision {
  const change = { old, next: target, mode };
  const claimOfIt = [old, target].some(({ bypasses }) => bypasses !== undefined)
    ? claimOfBypassedChange
    : [old, target].some(({ backup }) => backup !== undefined)
      ? claimOfProtectedChange
      : claimOfChange;
  return { target, mode, claim: claimOfIt(topology, holder, change) };
}

/** What there is no room for, if all labels are free. */
export function lacksRoom(ledger: Ledger, claim: Claim): NoPath | undefined {
  const error = growthFault(ledger, claim);
  if (error === undefined) return undefined;
  invariant(error.type === "over-commit", "labels of the new tree were free");
  const { channel, amount: required, residual } = error;
  return {
    type: "no-path",
    explanation: { reason: "transition", channel, required: bandwidth(required), residual },
  };
}

/** Whether what is and what is to be would do, and only the moment between them does not. */
export function isTransition(error: DecisionError): boolean {
  return error.type === "no-path" && error.explanation.reason === "transition";
}

/** Plans what is wanted, grown from what is kept. */
export function planWanted(
  view: View,
  holder: string,
  wanted: Wanted,
  keep: readonly LabelledLink[] = [],
): Result<NetworkPlan, PlanRefusal> {
  const planner = view.planner ?? planNetwork;
  return planRequest(view, holder, wanted).andThen((request) =>
    planner(view.topology, view.ledger, view.linkState, { ...request, keep }),
  );
}

/** What is wanted, in the words of the planner. */
export function planRequest(
  { topology }: Pick<View, "topology">,
  holder: string,
  { spec, vlans, interval = heldInterval(spec.schedule) }: Wanted,
): Result<PlanRequest, PlanRefusal> {
  return planEndpoints(topology, spec).map((endpoints) => {
    return { holder, endpoints, ...trafficOf(spec), vlans, interval };
  });
}
