import { ok, type Result } from "neverthrow";
import { amountsByChannel, labelKey } from "../ledger/claim.ts";
import type { ReserveError } from "../ledger/reserve-error.ts";
import type { Claim, LabelClaim, Ledger } from "../ledger.ts";
import { bandwidth } from "../model/bandwidth.ts";
import type { ProjectId } from "../model/ids.ts";
import { type Interval, intersection, isEmpty } from "../model/interval.ts";
import { claimOf } from "../pce/index.ts";
import { type Realisation, wholeOf } from "./realisation.ts";
import type { NetworkRecord } from "./record.ts";
import { heldInterval, reservedInterval } from "./schedule.ts";

/** Who a network is in the ledger. The first word sets it apart from every other kind of holder. */
export function holderOf(project: ProjectId): string {
  return `project ${project}`;
}

/** Takes what `claim` has beyond what its holder has already, if that is free. */
export function reserveGrowth(ledger: Ledger, claim: Claim): Result<Ledger, ReserveError> {
  return growthOf(ledger, claim).reduce<Result<Ledger, ReserveError>>(
    (on, part) => on.andThen((grown) => grown.reserve(part)),
    ok(ledger),
  );
}

/** Why {@link reserveGrowth} could not take it; undefined if it could. */
export function growthFault(ledger: Ledger, claim: Claim): ReserveError | undefined {
  const [only, ...others] = growthOf(ledger, claim);
  if (only === undefined) return undefined;
  if (others.length === 0) return ledger.fault(only);
  return reserveGrowth(ledger, claim).match(
    () => undefined,
    (error) => error,
  );
}

/** What `claim` has beyond what its holder has already: more in the same time, or all of it in other. */
export function growthOf(ledger: Ledger, claim: Claim): readonly Claim[] {
  const { holder, interval } = claim;
  const has = ledger.claimOf(holder);
  if (has === undefined) return [{ ...claim, holder: `growth of ${holder}` }];
  const growth = claimBeyond(ledger.granted(claim), ledger.granted(has), `growth of ${holder}`);
  const parts: readonly Claim[] = [
    ...(growth === undefined
      ? []
      : [{ ...growth, interval: intersection(interval, has.interval) }]),
    ...beyond(interval, has.interval).map((other, index) => ({
      ...claim,
      holder: `growth ${index} of ${holder}`,
      interval: other,
    })),
  ];
  return parts.filter((part) => !isEmpty(part.interval));
}

/** The instants of `whole` before and after `part`. */
function beyond(whole: Interval, part: Interval): readonly Interval[] {
  return [
    { start: whole.start, end: Math.min(whole.end, part.start) },
    { start: Math.max(whole.start, part.end), end: whole.end },
  ];
}

/**
 * What a network holds in the ledger: while it changes, enough for either outcome, but for what
 * {@link claimBeside} says.
 */
export function recordClaim(record: NetworkRecord): Claim {
  switch (record.phase) {
    case "reserved":
      return claimOfReserved(record.target, holderOf(record.project));
    case "reserving":
      return claimOfReserved(record.before ?? record.target, holderOf(record.project));
    case "setup":
    case "provision":
      return claimOfHeld(record.target, holderOf(record.project));
    case "modify":
      return record.claim;
    case "teardown":
      if (record.isReserved === true)
        return claimOfReserved(record.current, holderOf(record.project));
      return claimOfHeld(record.current, holderOf(record.project));
    case "stable":
      return claimOfHeld(record.current, holderOf(record.project));
  }
}

/**
 * What a network that is being reserved anew is to hold instead, perhaps at another time; until that is
 * decided, its {@link growthOf} is held beside what it has.
 */
export function claimBeside(record: NetworkRecord): Claim | undefined {
  return record.phase === "reserving" && record.before !== undefined
    ? claimOfReserved(record.target, holderOf(record.project))
    : undefined;
}

/** What has to be free for a record to be put in the place of another. */
export function intendedClaim(record: NetworkRecord): Claim {
  return claimBeside(record) ?? recordClaim(record);
}

/** What a realisation holds that is reserved, and of which no node has anything. */
function claimOfReserved(one: Realisation, holder: string): Claim {
  return claimOf(wholeOf(one), holder, reservedInterval(one.spec.schedule));
}

/** What a realisation holds that nodes have something of. */
export function claimOfHeld(one: Realisation, holder: string): Claim {
  return claimOf(wholeOf(one), holder, heldInterval(one.spec.schedule));
}

/** What `whole` has beyond `part`, for another holder; undefined if that is nothing. */
export function claimBeyond(
  whole: Claim,
  part: Claim | undefined,
  holder: string,
): Claim | undefined {
  const has = part && amountsByChannel(part);
  const amounts = [...amountsByChannel(whole)].flatMap(([channel, amount]) => {
    const more = amount - (has?.get(channel) ?? 0);
    return more > 0 ? [{ channel, amount: bandwidth(more) }] : [];
  });
  const labels = minusLabels(whole.labels, part?.labels ?? []);
  return amounts.length === 0 && labels.length === 0
    ? undefined
    : { holder, interval: whole.interval, bandwidth: amounts, labels };
}

function minusLabels(
  from: readonly LabelClaim[],
  labels: readonly LabelClaim[],
): readonly LabelClaim[] {
  const taken = new Set(labels.map(labelKey));
  return from.filter((one) => !taken.has(labelKey(one)));
}
