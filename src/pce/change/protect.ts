import { err, ok, type Result } from "neverthrow";
import type { Claim, Ledger } from "../../ledger.ts";
import type { Interval } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";
import { disjointPair } from "../path/disjoint-pair.ts";
import type {
  LinkState,
  NetworkPlan,
  PlannedLink,
  PlanRefusal,
  PlanRequest,
} from "../plan/plan.ts";
import { planNetwork } from "../plan/plan-network.ts";
import { planBackup } from "./backup.ts";
import { type Failure, type FailureKinds, failuresOn, isHitBy, survivors } from "./failure.ts";
import { type SharedLink, sharedClaim, sharedLinks, weightOf } from "./reservation.ts";
import type { PlanView } from "./view.ts";

/** A network that must outlive failures. */
export interface ProtectQuery {
  /** What it is to pass (`include`) and to grow from (`keep`) count for the working tree alone. */
  readonly request: PlanRequest;
  readonly against: FailureKinds;
  /** The tree in use while nothing fails; a fresh plan by default. */
  readonly working?: NetworkPlan;
}

/** What a network becomes when one thing fails. */
export interface Backup {
  readonly failure: Failure;
  /** A tree that joins the endpoints that survive; where the working tree has a link, its label. */
  readonly plan: NetworkPlan;
  /** The links of `plan` that the working tree does not have. */
  readonly branches: readonly PlannedLink[];
}

/** A network with all that it needs while any one thing has failed. */
export interface ProtectedPlan {
  readonly working: NetworkPlan;
  /** One for each failure that hits the working tree and leaves an endpoint. */
  readonly backups: readonly Backup[];
  /** What working tree and backups need of each link together. */
  readonly links: readonly SharedLink[];
  /** What is reserved beyond the working tree: sum over link directions of metric times bit/s. */
  readonly added: number;
}

/** Failures after which the endpoints that survive cannot be joined, each with what is in the way. */
export interface Unprotectable {
  readonly type: "unprotectable";
  /** Never empty. */
  readonly failures: readonly { readonly failure: Failure; readonly refusal: PlanRefusal }[];
}

/** How often every backup is planned anew, given all others. */
export const MAX_SHARING_ROUNDS = 3;

/** How many VLANs are tried where a working tree can have one that some backup cannot. */
export const MAX_VLAN_TRIES = 8;

/**
 * Plans a working tree and, for every single failure of the kinds asked for that would hit it, a
 * backup: the tree that joins the endpoints which survive.
 *
 * Failures do not coincide, so backups share what they reserve: of each link direction the most that
 * the working tree or any one backup needs (shared backup path protection: Kodialam and Lakshman,
 * Dynamic Routing of Bandwidth Guaranteed Tunnels with Restoration, INFOCOM 2000). Each backup is
 * planned with links priced by what they would add to that, and again, given all others, until a
 * round saves nothing; of n failures in O(n) plans a round, at most {@link MAX_SHARING_ROUNDS}.
 * Between two endpoints the cheapest pair of disjoint paths is tried too ({@link disjointPair}), and
 * taken if it reserves less in all. What is added is near the least, not proved to be it. Whether
 * there is a backup does not depend on the working tree: what that holds, a backup may use. Failures
 * are planned for in their order, and of equal plans the first stays.
 *
 * Pure. Errors: those of {@link planNetwork} for the working tree; `unprotectable` with every failure
 * that cannot be outlived.
 */
export function planProtected(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  { request, against, working }: ProtectQuery,
): Result<ProtectedPlan, PlanRefusal | Unprotectable> {
  const view = { topology, ledger, linkState };
  if (working !== undefined) return protect(view, request, against, { working });
  return protectFresh(view, request, against, MAX_VLAN_TRIES);
}

/** What `holder` must have in the ledger to outlive any of the failures. */
export function claimOfProtected(plan: ProtectedPlan, holder: string, interval: Interval): Claim {
  return sharedClaim(
    [plan.working, ...plan.backups.map((backup) => backup.plan)],
    holder,
    interval,
  );
}

/** Plans the working tree with a VLAN that all backups can have too, as far as that can be seen. */
function protectFresh(
  view: PlanView,
  request: PlanRequest,
  against: FailureKinds,
  tries: number,
): Result<ProtectedPlan, PlanRefusal | Unprotectable> {
  const { topology, ledger, linkState } = view;
  return planNetwork(topology, ledger, linkState, request).andThen((working) =>
    protect(view, request, against, { working })
      .map((plan) => lighter(view, plan, protectByPair(view, request, against)))
      .orElse((error) => {
        const others = { ...request, vlans: request.vlans.without(working.vlan) };
        const vlans = vlansLeft(view, others, error);
        if (vlans.isEmpty || tries <= 1) return err(error);
        const retried = protectFresh(view, { ...request, vlans }, against, tries - 1);
        return retried.orElse(() => err(error));
      }),
  );
}

/** Two disjoint paths between two endpoints, one in use, the other for whatever hits that. */
function protectByPair(
  view: PlanView,
  request: PlanRequest,
  against: FailureKinds,
): ProtectedPlan | undefined {
  const { topology, ledger, linkState } = view;
  const [from, to, third] = request.endpoints;
  if (from === undefined || to === undefined || third !== undefined) return undefined;
  const risks = against.srlg ? "srlg" : "link";
  const disjoint = against.node && against.srlg ? "node-and-srlg" : against.node ? "node" : risks;
  const { keep: _, ...rest } = request;
  const wanted = { ...rest, endpoints: [from, to] as const, disjoint } as const;
  return disjointPair(topology, ledger, linkState, wanted)
    .andThen(({ paths: [working, spare] }) => protect(view, request, against, { working, spare }))
    .unwrapOr(undefined);
}

/** The one that reserves less in all. */
function lighter(
  { topology }: PlanView,
  plan: ProtectedPlan,
  other: ProtectedPlan | undefined,
): ProtectedPlan {
  const isLess =
    other !== undefined && weightOf(topology, other.links) < weightOf(topology, plan.links);
  return isLess ? other : plan;
}

/**
 * Those of the VLANs that all failures leave, as far as that can be seen: where a failure lacks room,
 * another VLAN may have it elsewhere, if any has.
 */
function vlansLeft(view: PlanView, request: PlanRequest, { failures }: Unprotectable): VlanSet {
  return failures.reduce((left, { failure, refusal }) => {
    if (left.isEmpty) return left;
    if (refusal.type === "vlan-unavailable") {
      return left.intersect(VlanSet.parse(refusal.wouldWork).unwrapOr(VlanSet.empty));
    }
    const hasWay = planBackup(view, { ...request, vlans: left }, failure, []).isOk();
    return hasWay ? left : VlanSet.empty;
  }, request.vlans);
}

/** The tree in use, and what is tried first when that is hit. */
interface WorkingTree {
  readonly working: NetworkPlan;
  readonly spare?: NetworkPlan;
}

function protect(
  view: PlanView,
  wanted: PlanRequest,
  against: FailureKinds,
  { working, spare }: WorkingTree,
): Result<ProtectedPlan, Unprotectable> {
  // Hosts that live on keep their tag.
  const request = { ...wanted, vlans: VlanSet.of(working.vlan) };
  const failures = failuresOn(view.topology, working, against).filter(
    (failure) => survivors(request.endpoints, failure).length > 0,
  );
  const plans: NetworkPlan[] = [];
  const refused: Unprotectable["failures"][number][] = [];
  for (const failure of failures) {
    const isSpared = spare !== undefined && !isHitBy(view.topology, spare, failure);
    const backup: Result<NetworkPlan, PlanRefusal> = isSpared
      ? ok(spare)
      : planBackup(view, request, failure, [working, ...plans]);
    if (backup.isOk()) plans.push(backup.value);
    else refused.push({ failure, refusal: backup.error });
  }
  if (refused.length > 0) return err({ type: "unprotectable", failures: refused });
  const best = sharedMore(view, request, { working, failures, plans });
  const links = sharedLinks([working, ...best]);
  const inUse = new Set(working.links.map(({ link }) => link));
  return ok({
    working,
    backups: failures.flatMap((failure, at) =>
      best.slice(at, at + 1).map((plan) => {
        const branches = plan.links.filter(({ link }) => !inUse.has(link));
        return { failure, plan, branches };
      }),
    ),
    links,
    added: weightOf(view.topology, links) - weightOf(view.topology, working.links),
  });
}

/** A working tree, and the backup of each failure. */
interface Backups {
  readonly working: NetworkPlan;
  readonly failures: readonly Failure[];
  readonly plans: readonly NetworkPlan[];
}

/** Plans every backup again, given all others, as long as that saves something. */
function sharedMore(
  view: PlanView,
  request: PlanRequest,
  { working, failures, plans }: Backups,
): readonly NetworkPlan[] {
  const weightWith = (all: readonly NetworkPlan[]): number =>
    weightOf(view.topology, sharedLinks([working, ...all]));
  let best = plans;
  let weight = weightWith(best);
  for (let round = 0; round < MAX_SHARING_ROUNDS; round++) {
    const before = weight;
    for (const [at, failure] of failures.entries()) {
      const others = best.filter((_, index) => index !== at);
      const backup = planBackup(view, request, failure, [working, ...others]);
      const next = backup.map((plan) => best.with(at, plan)).unwrapOr(best);
      if (weightWith(next) < weight) best = next;
      weight = weightWith(best);
    }
    if (weight === before) break;
  }
  return best;
}
