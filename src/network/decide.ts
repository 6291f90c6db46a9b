import { err, ok, Result } from "neverthrow";
import { linkChannel, linkLabels } from "../ledger/channel.ts";
import type { Claim, Ledger } from "../ledger.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import {
  type InvalidRequest,
  invalidRequest,
  type NoPath,
  type UnknownHostPort,
} from "../model/errors.ts";
import type { PortRef } from "../model/ids.ts";
import { always } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import { VlanSet } from "../model/vlan-set.ts";
import {
  claimOf,
  type LabelledLink,
  type LinkState,
  type NetworkPlan,
  type PlanEndpoint,
  type PlanRefusal,
  planNetwork,
  pruneTree,
  reload,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { claimForBoth, reserveGrowth } from "./claims.ts";
import type { Realisation } from "./realisation.ts";
import { changedSpec, type NetworkChange } from "./request.ts";
import type { NetworkSpec } from "./spec.ts";
import { stands } from "./standing.ts";
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
  return planWanted(view, holder, { spec, vlans: spec.vlans }).map((plan) => {
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
 * the old one. The error is that of the last attempt, or what the kept
 * tree lacked for the moment of the change alone.
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
  if (!stands(view.topology, current)) return decideReroute(view, holder, current, wanted);
  return decideInPlace(view, holder, current, wanted).orElse((inPlace) =>
    decideReroute(view, holder, current, wanted).mapErr((error) =>
      isTransition(inPlace) ? inPlace : error,
    ),
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
  const staying = current.spec.endpoints.filter((one) => wantedHosts.has(one.hostPort));
  if (staying.length === 0) return decideReroute(view, holder, current, wanted);
  return planEndpoints(topology, { ...current.spec, endpoints: staying }).andThen((endpoints) => {
    const pruned = pruneTree(topology, current.plan, endpoints, current.spec);
    const keep = pruned.links.map(({ link, label }) => ({ link, label }));
    return planWanted(view, holder, wanted, keep).andThen((plan) => {
      const target: Realisation = { generation, spec, plan };
      const steps: readonly Step[] = [
        { mode: "in-place", to: { generation, spec: current.spec, plan: pruned } },
        { mode: "in-place", to: target },
      ];
      return claimOfMixtures(topology, holder, current, target).andThen((claim) =>
        whileBothStand(view.ledger, { target, steps, claim }),
      );
    });
  });
}

function decideReroute(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const beside = { ...view, ledger: withOldLinks(view.ledger, holder, current.plan) };
  return planWanted(beside, holder, wanted)
    .map((plan): Decision => {
      const target: Realisation = { generation: current.generation + 1, spec: wanted.spec, plan };
      const claim = claimOfBothTrees(holder, current.plan, plan);
      return { target, steps: [{ mode: "reroute", to: target }], claim };
    })
    .andThen((decision) => whileBothStand(view.ledger, decision));
}

/** What was and what comes may both send for a moment; where there is no room for that, say so. */
function whileBothStand(ledger: Ledger, decision: Decision): Result<Decision, NoPath> {
  const growth = reserveGrowth(ledger, decision.claim);
  if (growth.isOk()) return ok(decision);
  const { error } = growth;
  invariant(error.type === "over-commit", "labels of the new tree were free");
  const { channel, amount: required, residual } = error;
  return err({
    type: "no-path",
    explanation: { reason: "transition", channel, required: bandwidth(required), residual },
  });
}

function isTransition(error: DecisionError): boolean {
  return error.type === "no-path" && error.explanation.reason === "transition";
}

/**
 * What must be held while the nodes take up `next` in any order: some police by the old rates, some
 * by the new, and after an undo a node out of reach may stay as it was. Where members only come or
 * only go, either tree at the higher rate of each member covers every mixture; else only both do.
 */
function claimOfMixtures(
  topology: Topology,
  holder: string,
  old: Realisation,
  next: Realisation,
): Result<Claim, UnknownHostPort> {
  const isNested = areNested(old.plan, next.plan);
  const overlap = isNested ? "larger" : "sum";
  return Result.combine([
    isNested ? atPeak(topology, old, next) : ok(old.plan),
    atPeak(topology, next, old),
  ]).map(([before, after]) =>
    claimForBoth(claimOf(before, holder, always), claimOf(after, holder, always), {
      links: overlap,
      ports: overlap,
    }),
  );
}

/** The plan of a realisation if no endpoint had less than it has in `other`. */
function atPeak(
  topology: Topology,
  { spec, plan }: Realisation,
  other: Realisation,
): Result<NetworkPlan, UnknownHostPort> {
  const rates = new Map(other.plan.endpoints.map((one) => [one.hostPort, one.bandwidth]));
  const higher = (a: Bandwidth, b: Bandwidth | undefined): Bandwidth =>
    bandwidth(Math.max(a, b ?? 0));
  return planEndpoints(topology, spec).map((endpoints) => {
    const atMost = endpoints.map((one) => ({
      ...one,
      bandwidth: higher(one.bandwidth, rates.get(one.touchPoint.hostPort)),
    }));
    const traffic = { ...spec, bandwidth: higher(spec.bandwidth, other.spec.bandwidth) };
    return reload(topology, plan, atMost, traffic);
  });
}

/** Whether members only come, or only go. */
function areNested(old: NetworkPlan, next: NetworkPlan): boolean {
  const before = new Set(old.endpoints.map((one) => one.hostPort));
  const after = new Set(next.endpoints.map((one) => one.hostPort));
  return [...before].every((one) => after.has(one)) || [...after].every((one) => before.has(one));
}

/**
 * What must be held while another tree takes the place of `old`. An edge port hears each sender once,
 * whichever tree its frames follow; so there the sum is needed only when members come and go at once.
 */
function claimOfBothTrees(holder: string, old: NetworkPlan, next: NetworkPlan): Claim {
  return claimForBoth(claimOf(old, holder, always), claimOf(next, holder, always), {
    links: "sum",
    ports: areNested(old, next) ? "larger" : "sum",
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
    holder: `present tree of ${holder}`,
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

function planWanted(
  view: View,
  holder: string,
  { spec, vlans }: Wanted,
  keep: readonly LabelledLink[] = [],
): Result<NetworkPlan, PlanRefusal> {
  return planEndpoints(view.topology, spec).andThen((endpoints) => {
    const { bandwidth, sharing, delivery } = spec;
    const request = { holder, endpoints, bandwidth, sharing, delivery, vlans, interval: always };
    return planNetwork(view.topology, view.ledger, view.linkState, { ...request, keep });
  });
}

/** The endpoints where the topology has them; it may have changed since they were named. */
function planEndpoints(
  topology: Topology,
  spec: NetworkSpec,
): Result<readonly PlanEndpoint[], UnknownHostPort> {
  const hostPorts: string[] = [];
  const endpoints = spec.endpoints.flatMap((one): readonly PlanEndpoint[] => {
    const touchPoint = topology.touchPoints.get(one.hostPort);
    if (touchPoint === undefined) {
      hostPorts.push(one.hostPort);
      return [];
    }
    const tagging = one.tagging ?? touchPoint.tagging;
    const vlan = one.vlan === undefined ? {} : { vlan: one.vlan };
    return [{ touchPoint, tagging, ...vlan, bandwidth: one.bandwidth ?? spec.bandwidth }];
  });
  return hostPorts.length === 0 ? ok(endpoints) : err({ type: "unknown-host-port", hostPorts });
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
