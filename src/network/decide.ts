import { err, ok, type Result } from "neverthrow";
import { linkLabels } from "../ledger/channel.ts";
import type { Claim, Ledger } from "../ledger.ts";
import type { InvalidRequest } from "../model/errors.ts";
import type { NodeId } from "../model/ids.ts";
import type { Interval } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import { type RateSteps, sameRateSteps } from "../model/rate-steps.ts";
import { VlanSet } from "../model/vlan-set.ts";
import {
  claimOf,
  type LabelledLink,
  type LinkState,
  type NetworkPlan,
  type PlanRefusal,
  type planNetwork,
  pruneTree,
} from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { shareOneTree } from "./change-claim.ts";
import { impossible, planEndpoints } from "./endpoints.ts";
import { decideProtected } from "./protected-change.ts";
import { type ProtectedPath, planProtectedPath } from "./protected-path.ts";
import {
  decideTreeAnew,
  isToHaveBypasses,
  type ProtectedTree,
  planProtectedTree,
  withBypassesFor,
} from "./protected-tree.ts";
import { type Realisation, standbyOf, wholeOf } from "./realisation.ts";
import { changedSpec, type NetworkChange } from "./request.ts";
import {
  changeTo,
  decideReroute,
  isTransition,
  lacksRoom,
  planWanted,
  type Wanted,
} from "./reroute.ts";
import { heldInterval } from "./schedule.ts";
import type { NetworkSpec } from "./spec.ts";
import { stands } from "./standing.ts";
import { trafficOf, withRateSteps } from "./traffic.ts";
import type { TransitionMode } from "./transition.ts";

/** What a decision is made on: an immutable picture of the fabric and of what it has promised. */
export interface View {
  readonly topology: Topology;
  readonly ledger: Ledger;
  readonly linkState: LinkState;
  /** Holders of which a node of the tree, out of reach, may still do what an undone change made of it. */
  readonly unsettled?: ReadonlySet<string>;
  /** What plans; default {@link planNetwork}. */
  readonly planner?: typeof planNetwork;
  /** In which steps nodes hold rates, as far as any are known; asked once for a decision. */
  readonly rateSteps?: () => readonly RateSteps[];
}

/** A decided change: what the network becomes, how it gets there, and what it holds meanwhile. */
export interface Decision {
  readonly target: Realisation;
  readonly mode: TransitionMode;
  readonly claim: Claim;
  /** Why the tree that there was is left, where that could have been kept but for this. */
  readonly keptTreeLacks?: DecisionError;
  /** Nodes that need not be in reach: the network has left them behind. None by default. */
  readonly mayLag?: ReadonlySet<NodeId>;
}

export type DecisionError = PlanRefusal | InvalidRequest;

/** Decides how a network that does not exist yet is made, for `interval`. */
export function decideSetup(
  view: View,
  holder: string,
  spec: NetworkSpec,
  interval: Interval = heldInterval(spec.schedule),
): Result<Decision, DecisionError> {
  return decideAnew(view, holder, { spec, vlans: spec.vlans, interval }, 1);
}

/** Decides what a network of which no node has anything is to be. */
export function decideAnew(
  view: View,
  holder: string,
  asked: Wanted,
  generation: number,
): Result<Decision, DecisionError> {
  const spec = withRateSteps(asked.spec, view.rateSteps?.());
  const { interval = heldInterval(spec.schedule) } = asked;
  const fault = impossible(view.topology, spec);
  if (fault !== undefined) return err(fault);
  const planned = plannerOf(spec);
  return planned(view, holder, { ...asked, spec }).andThen((path) => {
    const target: Realisation = { generation, spec, ...path };
    const claim = claimOf(wholeOf(target), holder, interval);
    // Two paths may share a port that has no room for both.
    const lacking = lacksRoom(view.ledger, claim);
    return lacking === undefined ? ok({ target, mode: "in-place" as const, claim }) : err(lacking);
  });
}

function plannerOf(spec: NetworkSpec): typeof planPath {
  if (isToHaveBypasses(spec)) return planProtectedTree;
  return spec.protection === "disjoint" ? planProtectedPath : planPath;
}

function planPath(
  view: View,
  holder: string,
  wanted: Wanted,
): Result<ProtectedPath & ProtectedTree, DecisionError> {
  return planWanted(view, holder, wanted).map((plan) => ({ plan }));
}

/**
 * Decides how a network becomes what `change` makes of it, disturbing as little as possible: cut the
 * branches that nobody needs, change rates and tags where they are, lay new branches. Where the tree
 * cannot be kept (no room for the rate, no such VLAN on it), the whole network is routed anew beside
 * the old one; so it is where a node is left over from another change, for it would send more into
 * new branches than they hold. The error is that of the last attempt, or what the kept tree lacked
 * for the moment of the change alone.
 *
 * Where there is no room on its tree for what nodes let through in steps that have become known since, it may
 * have as much as it had before those were.
 */
export function decideModify(
  view: View,
  holder: string,
  current: Realisation,
  change: NetworkChange,
): Result<Decision, DecisionError> {
  const asked = changedSpec(current.spec, change);
  const fault = impossible(view.topology, asked);
  if (fault !== undefined) return err(fault);
  const vlans = change.vlans ?? VlanSet.of(current.plan.vlan);
  const spec = withRateSteps(asked, view.rateSteps?.());
  const decided = decideChange(view, holder, current, { spec, vlans });
  if (staysOnTree(decided) || sameRateSteps(spec.rateSteps, asked.rateSteps)) return decided;
  const asBefore = decideChange(view, holder, current, { spec: asked, vlans });
  return staysOnTree(asBefore) || decided.isErr() ? asBefore : decided;
}

function staysOnTree(decided: Result<Decision, DecisionError>): boolean {
  return decided.isOk() && decided.value.keptTreeLacks === undefined;
}

function decideChange(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const { spec } = wanted;
  if (spec.protection === "disjoint" && !isToHaveBypasses(spec)) {
    return decideProtected(view, holder, current, wanted);
  }
  const elsewhere = (): Result<Decision, DecisionError> =>
    decideElsewhere(view, holder, current, wanted);
  const isAsRecorded = stands(view.topology, current) && !view.unsettled?.has(holder);
  if (!isAsRecorded || current.backup !== undefined) return elsewhere();
  return decideInPlace(view, holder, current, wanted).orElse((inPlace) =>
    elsewhere()
      .map((decision): Decision => ({ ...decision, keptTreeLacks: inPlace }))
      .mapErr((error) => (isTransition(inPlace) ? inPlace : error)),
  );
}

/** Decides another tree, with bypasses if the network is to have some. */
function decideElsewhere(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const anew = isToHaveBypasses(wanted.spec) ? decideTreeAnew : decideReroute;
  return anew(view, holder, current, wanted);
}

/**
 * Keeps every link that an endpoint still needs, with its label. What the two trees have in common
 * must hang together, so that no frame goes from one to the other and back (see `TransitionMode`);
 * where it does not, new branches get other labels than those that are cut.
 */
function decideInPlace(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  const { topology } = view;
  const { spec } = wanted;
  const wantedHosts = new Set(spec.endpoints.map((one) => one.hostPort));
  const staying = current.spec.endpoints.filter((one) => wantedHosts.has(one.hostPort));
  if (staying.length === 0) return decideElsewhere(view, holder, current, wanted);
  return planEndpoints(topology, { ...current.spec, endpoints: staying }).andThen((endpoints) => {
    const { links } = pruneTree(topology, current.plan, endpoints, trafficOf(current.spec));
    const keep = links.map(({ link, label }) => ({ link, label }));
    const realised = (on: View): Result<Realisation, DecisionError> =>
      planWanted(on, holder, wanted, keep)
        .andThen(
          (plan): Result<ProtectedTree, DecisionError> =>
            withBypassesFor(on, holder, wanted, { plan, current }),
        )
        .map((tree) => ({ generation: current.generation + 1, spec, ...tree }));
    const held = standbyOf(current) ?? [];
    const apart = (labels: readonly LabelledLink[]): View => ({
      ...view,
      ledger: withLabelsHeld(view.ledger, holder, current, labels),
    });
    return realised(held.length === 0 ? view : apart(held))
      .andThen((target) =>
        shareOneTree(topology, current.plan, target.plan)
          ? ok(target)
          : realised(apart([...held, ...cutLinks(current.plan, keep)])),
      )
      .andThen((target) => changeTo(view, holder, current, { target, mode: "in-place" }));
  });
}

/** The branches that are cut. */
function cutLinks({ links }: NetworkPlan, keep: readonly LabelledLink[]): readonly LabelledLink[] {
  const kept = new Set(keep.map(({ link }) => link));
  return links.filter(({ link }) => !kept.has(link));
}

/** The ledger in which a network has given all back but labels that are not to be had again. */
function withLabelsHeld(
  ledger: Ledger,
  holder: string,
  { spec }: Realisation,
  labels: readonly LabelledLink[],
): Ledger {
  const held = ledger.release(holder).reserve({
    holder: `labels of ${holder}`,
    interval: heldInterval(spec.schedule),
    bandwidth: [],
    labels: labels.map(({ link, label }) => ({ space: linkLabels(link), label })),
  });
  invariant(held.isOk(), "what was the network's is free without it");
  return held.value;
}
