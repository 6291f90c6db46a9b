import { err, ok, type Result } from "neverthrow";
import type { NoPath } from "../model/errors.ts";
import type { LinkId } from "../model/ids.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { type NetworkPlan, type PlanRefusal, planBypasses, planNetwork } from "../pce/index.ts";
import type { Decision, DecisionError, View } from "./decide.ts";
import { type Realisation, wholeOf } from "./realisation.ts";
import { changeTo, decideBeside, planRequest, planWanted, type Wanted } from "./reroute.ts";
import { heldInterval } from "./schedule.ts";
import type { NetworkSpec } from "./spec.ts";
import { stands } from "./standing.ts";

/** A plan with its bypasses; without any where nothing could fail between its endpoints. */
export type ProtectedTree = Pick<Realisation, "plan" | "bypasses">;

/** Whether a network is to be protected by bypasses: it joins more endpoints than a path does. */
export function isToHaveBypasses({ protection, endpoints }: NetworkSpec): boolean {
  return protection === "disjoint" && endpoints.length > 2;
}

/** How many trees are tried where some link of one has no bypass. */
const MAX_TREES = 4;

/** Plans a tree, and bypasses for all of its links; where some have none, a tree without these. */
export function planProtectedTree(
  view: View,
  holder: string,
  wanted: Wanted,
): Result<ProtectedTree, PlanRefusal> {
  return planRequest(view, holder, wanted).andThen((request) => {
    const { topology, ledger, linkState, planner = planNetwork } = view;
    const without = (
      links: ReadonlySet<LinkId>,
      tries: number,
    ): Result<ProtectedTree, PlanRefusal> => {
      const exclude = links.size === 0 ? {} : { exclude: { links } };
      return planner(topology, ledger, linkState, { ...request, ...exclude }).andThen((plan) =>
        withBypassesFor(view, holder, wanted, { plan }).orElse(
          (error): ReturnType<typeof without> => {
            const more = new Set([...links, ...unprotectedBy(error)]);
            if (tries <= 1 || more.size === links.size) return err(error);
            return without(more, tries - 1).mapErr(() => error);
          },
        ),
      );
    };
    return without(new Set(), MAX_TREES);
  });
}

/**
 * The plan with bypasses, if the network is to have some. Those that `current` has stay where they
 * can; others get labels that it has nowhere, so that nodes may go from one to the other by themselves.
 */
export function withBypassesFor(
  view: View,
  holder: string,
  { spec, interval = heldInterval(spec.schedule) }: Wanted,
  { plan, current }: { readonly plan: NetworkPlan; readonly current?: Realisation },
): Result<ProtectedTree, NoPath> {
  if (!isToHaveBypasses(spec) || plan.links.length === 0) return ok({ plan });
  const present = current && { keep: current.bypasses?.ways ?? [], avoid: wholeOf(current).links };
  return planBypasses(view, { plan, holder, interval, ...present }).map((bypasses) => {
    return { plan, bypasses };
  });
}

function unprotectedBy({ explanation }: NoPath): readonly LinkId[] {
  return explanation.reason === "protection" ? explanation.links : [];
}

/** Decides another tree with bypasses, beside the one that there is. */
export function decideTreeAnew(
  view: View,
  holder: string,
  current: Realisation,
  wanted: Wanted,
): Result<Decision, DecisionError> {
  return decideBeside(view, holder, current, (ledger) =>
    planProtectedTree({ ...view, ledger }, holder, wanted).map((tree) => ({
      generation: current.generation + 1,
      spec: wanted.spec,
      ...tree,
    })),
  );
}

/**
 * Decides how a network with bypasses is made whole again after a failure. A tree that works stays,
 * and gets other bypasses; one that does not is left for another. If there is none that can be
 * protected, it is left for one that cannot, so that nothing goes back to where it has failed unasked.
 */
export function decideTreeAgain(
  view: View,
  holder: string,
  current: Realisation,
): Result<Decision, DecisionError> {
  const { topology, linkState } = view;
  const { spec, plan, generation } = current;
  const wanted: Wanted = { spec, vlans: VlanSet.of(plan.vlan) };
  const anew = (): Result<Decision, DecisionError> => decideTreeAnew(view, holder, current, wanted);
  const works =
    plan.links.every(({ link }) => linkState.isUp(link)) &&
    stands(topology, { generation, spec, plan });
  if (works && !view.unsettled?.has(holder)) {
    return withBypassesFor(view, holder, wanted, { plan, current })
      .map((tree): Realisation => ({ generation: generation + 1, spec, ...tree }))
      .andThen((target) => changeTo(view, holder, current, { target, mode: "in-place" }))
      .orElse(anew);
  }
  return anew().orElse(() =>
    decideBeside(view, holder, current, (ledger) =>
      planWanted({ ...view, ledger }, holder, wanted).map((bare) => ({
        generation: generation + 1,
        spec,
        plan: bare,
      })),
    ),
  );
}
