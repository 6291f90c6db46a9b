import { err, type Result } from "neverthrow";
import { linkChannel, linkLabels } from "../ledger/channel.ts";
import type { Claim, Ledger } from "../ledger.ts";
import { bandwidth } from "../model/bandwidth.ts";
import { type InvalidRequest, invalidRequest } from "../model/errors.ts";
import type { PortRef } from "../model/ids.ts";
import { always } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import { VlanSet } from "../model/vlan-set.ts";
import {
  claimOf,
  type LinkState,
  type NetworkPlan,
  type PlanEndpoint,
  type PlanRefusal,
  type PlanRequest,
  planNetwork,
  pruneTree,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { claimForBoth } from "./claims.ts";
import type { Realisation } from "./realisation.ts";
import { changedSpec, type NetworkChange } from "./request.ts";
import type { NetworkSpec } from "./spec.ts";
import type { TransitionMode } from "./transition.ts";

/** What a decision is made on: an immutable picture of the fabric and of what it has promised. */
export interface View {
  readonly topology: Topology;
  readonly ledger: Ledger;
  readonly linkState: LinkState;
}

/** One leg of a change: what the network becomes, and how it gets there without a frame lost. */
export interface Step {
  readonly mode: TransitionMode;
  readonly to: Realisation;
}

/** A decided change: the steps, the last of which makes the target, and what they hold meanwhile. */
export interface Decision {
  readonly target: Realisation;
  readonly steps: readonly Step[];
  readonly claim: Claim;
}

export type DecisionError = PlanRefusal | InvalidRequest;

/** Decides how a network that does not exist yet is made. */
export function decideSetup(
  view: View,
  holder: string,
  spec: NetworkSpec,
): Result<Decision, DecisionError> {
  const clash = portClash(view.topology, spec);
  if (clash !== undefined) return err(clash);
  const request = planRequest(view.topology, holder, { spec, vlans: spec.vlans });
  return planNetwork(view.topology, view.ledger, view.linkState, request).map((plan) => {
    const target: Realisation = { generation: 1, spec, plan };
    return {
      target,
      steps: [{ mode: "in-place", to: target }],
      claim: claimOf(plan, holder, always),
    };
  });
}

/**
 * Decides how a network becomes what `change` makes of it, disturbing as little as possible: cut the
 * branches that nobody needs, then change rates and tags where they are and lay new branches. Where the tree
 * cannot be kept (no room for the rate, no such VLAN on it), the whole network is routed anew beside
 * the old one. The error is that of the last attempt.
 */
export function decideModify(
  view: View,
  holder: string,
  current: Realisation,
  change: NetworkChange,
): Result<Decision, DecisionError> {
  const spec = changedSpec(current.spec, change);
  const clash = portClash(view.topology, spec);
  if (clash !== undefined) return err(clash);
  const wanted: Wanted = { spec, vlans: change.vlans ?? VlanSet.of(current.plan.vlan) };
  return decideInPlace(view, holder, current, wanted).orElse(() =>
    decideReroute(view, holder, current, wanted),
  );
}

/**
 * Decides another tree for a network that is to keep its tag, its endpoints and its rates, because
 * the fabric has changed under it. The old tree is held meanwhile.
 */
export function decideRestoration(
  view: View,
  holder: string,
  current: Realisation,
): Result<Decision, DecisionError> {
  const wanted: Wanted = { spec: current.spec, vlans: VlanSet.of(current.plan.vlan) };
  return decideReroute(view, holder, current, wanted);
}

/** A spec, and the VLANs to choose from now: a network keeps its own until asked for another. */
interface Wanted {
  readonly spec: NetworkSpec;
  readonly vlans: VlanSet;
}

/** Keeps every link that an endpoint still needs, with its label. */
function decideInPlace(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const { topology } = view;
  const { spec } = wanted;
  const generation = current.generation + 1;
  const wantedHosts = new Set(spec.endpoints.map((one) => one.hostPort));
  const staying = planEndpoints(topology, current.spec).filter(({ touchPoint }) =>
    wantedHosts.has(touchPoint.hostPort),
  );
  if (staying.length === 0) return decideReroute(view, holder, current, wanted);
  const pruned = pruneTree(topology, current.plan, staying, current.spec);
  const keep = pruned.links.map(({ link, label }) => ({ link, label }));
  const request = { ...planRequest(topology, holder, wanted), keep };
  return planNetwork(topology, view.ledger, view.linkState, request).map((plan) => {
    const target: Realisation = { generation, spec, plan };
    const steps: readonly Step[] = [
      { mode: "in-place", to: { generation, spec: current.spec, plan: pruned } },
      { mode: "in-place", to: target },
    ];
    const own = claimOf(current.plan, holder, always);
    return { target, steps, claim: claimForBoth(own, claimOf(plan, holder, always), "larger") };
  });
}

function decideReroute(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const request = planRequest(view.topology, holder, wanted);
  const ledger = withOldLinks(view.ledger, holder, current.plan);
  return planNetwork(view.topology, ledger, view.linkState, request).map((plan) => {
    const target: Realisation = { generation: current.generation + 1, spec: wanted.spec, plan };
    const own = claimOf(current.plan, holder, always);
    return {
      target,
      steps: [{ mode: "reroute", to: target }],
      claim: claimForBoth(own, claimOf(plan, holder, always), "sum"),
    };
  });
}

/**
 * The ledger for a second tree of the same network: what the first has on links is taken, so that
 * the two differ in label wherever they share a link; what it has on edge ports is the network's own.
 * Where the fabric has less now than the first tree was promised, all that is left is taken.
 */
function withOldLinks(ledger: Ledger, holder: string, plan: NetworkPlan): Ledger {
  const without = ledger.release(holder);
  const amounts = plan.links.flatMap(({ link, forward, backward }) => [
    { channel: linkChannel(link, "forward"), amount: forward },
    { channel: linkChannel(link, "backward"), amount: backward },
  ]);
  const held = without.reserve({
    holder: `${holder} (present tree)`,
    interval: always,
    bandwidth: amounts.map(({ channel, amount }) => ({
      channel,
      amount: bandwidth(Math.min(amount, without.residual(channel, always))),
    })),
    labels: plan.links
      .map(({ link, label }) => ({ space: linkLabels(link), label }))
      .filter(({ space, label }) => without.isFree(space, label, always)),
  });
  invariant(held.isOk(), "what is free can be taken");
  return held.value;
}

function planRequest(topology: Topology, holder: string, wanted: Wanted): PlanRequest {
  const { spec, vlans } = wanted;
  return {
    holder,
    endpoints: planEndpoints(topology, spec),
    bandwidth: spec.bandwidth,
    sharing: spec.sharing,
    delivery: spec.delivery,
    vlans,
    interval: always,
  };
}

function planEndpoints(topology: Topology, spec: NetworkSpec): readonly PlanEndpoint[] {
  return spec.endpoints.map((one) => {
    const touchPoint = topology.touchPoints.get(one.hostPort);
    invariant(touchPoint !== undefined, `${one.hostPort} was found when the request was read`);
    return {
      touchPoint,
      tagging: one.tagging ?? touchPoint.tagging,
      ...(one.vlan === undefined ? {} : { vlan: one.vlan }),
      bandwidth: one.bandwidth ?? spec.bandwidth,
    };
  });
}

/** Two endpoints on one port must be told apart by their tags, whatever VLAN the network gets. */
function portClash(topology: Topology, spec: NetworkSpec): InvalidRequest | undefined {
  const taken = new Map<string, string>();
  for (const endpoint of spec.endpoints) {
    const touchPoint = topology.touchPoints.get(endpoint.hostPort);
    if (touchPoint === undefined) continue;
    const tagging = endpoint.tagging ?? touchPoint.tagging;
    const tag = tagging === "untagged" ? "untagged" : (endpoint.vlan ?? "the network's VLAN");
    const other = taken.get(placeKey(touchPoint.port, tag));
    if (other !== undefined) {
      const message = `has the same port and tag as ${other} (${touchPoint.port}, ${tag})`;
      return invalidRequest(["hostPorts"], endpoint.hostPort, message);
    }
    taken.set(placeKey(touchPoint.port, tag), endpoint.hostPort);
  }
  return undefined;
}

function placeKey(port: PortRef, tag: string | number): string {
  return `${port}/${tag}`;
}
