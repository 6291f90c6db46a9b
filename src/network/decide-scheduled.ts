import { err, ok, type Result } from "neverthrow";
import type { Interval } from "../model/interval.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { claimOfHeld, growthFault } from "./claims.ts";
import { type Decision, type DecisionError, decideAnew, type View } from "./decide.ts";
import type { Realisation } from "./realisation.ts";
import { changedSpec, type NetworkChange } from "./request.ts";
import type { Wanted } from "./reroute.ts";
import { heldInterval, reservedInterval } from "./schedule.ts";

/** Decides what a reserved network becomes by `change`; no node has anything of it, so it is planned anew. */
export function decideReserved(
  view: View,
  holder: string,
  reserved: Realisation,
  change: NetworkChange,
): Result<Decision, DecisionError> {
  const spec = changedSpec(reserved.spec, change);
  const vlans = change.vlans ?? VlanSet.of(reserved.plan.vlan);
  const interval = reservedInterval(spec.schedule);
  const wanted: Wanted = { spec, vlans, interval };
  const generation = reserved.generation + 1;
  return decideAnew(view, holder, wanted, generation).orElse(() =>
    decideAnew(asReserved(view), holder, wanted, generation),
  );
}

/** What there is to know of a reserved network when it is to be provisioned. */
export interface StartOptions {
  readonly canStay: (realisation: Realisation) => boolean;
  /** Whether all that the network stands on is up. */
  readonly isSound: (realisation: Realisation) => boolean;
}

/**
 * Decides how a reserved network is provisioned: as it was reserved, if that is sound. If it is not, or
 * if what had it before has not gone, by another way with the same tag, if there is one. Failing that, a
 * network whose links are down is provisioned where it was reserved, and one whose place is taken waits.
 */
export function decideStart(
  view: View,
  holder: string,
  reserved: Realisation,
  { canStay, isSound }: StartOptions,
): Result<Decision, DecisionError> {
  const asReserved: Decision = {
    target: reserved,
    mode: "in-place",
    claim: claimOfHeld(reserved, holder),
  };
  const isFree = canStay(reserved) && growthFault(view.ledger, asReserved.claim) === undefined;
  if (isFree && isSound(reserved)) return ok(asReserved);
  const { spec } = reserved;
  const anew = again(view, holder, reserved, heldInterval(spec.schedule));
  return anew.orElse((error) => (isFree ? ok(asReserved) : err(error)));
}

/** Decides another place for a reserved network that the topology has no longer. */
export function decideReservedElsewhere(
  view: View,
  holder: string,
  reserved: Realisation,
): Result<Decision, DecisionError> {
  return again(view, holder, reserved, reservedInterval(reserved.spec.schedule));
}

function again(
  view: View,
  holder: string,
  { spec, plan, generation }: Realisation,
  interval: Interval,
): Result<Decision, DecisionError> {
  const wanted = { spec, vlans: VlanSet.of(plan.vlan), interval };
  return decideAnew(asReserved(view), holder, wanted, generation + 1);
}

/** Who has reserved keeps as much as that, though it may be known since that nodes let through more. */
function asReserved({ rateSteps: _, ...view }: View): View {
  return view;
}
