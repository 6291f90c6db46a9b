import { err, type Result } from "neverthrow";
import type { DcnsError, DriverFailed } from "../model/errors.ts";
import { always, type Interval } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import { type BlockedBy, without } from "../network/blocked.ts";
import type { Decision, DecisionError, View } from "../network/decide.ts";
import { wholeOf } from "../network/realisation.ts";

/** What domains have lost of a network and do not bring back, and for which time it was held. */
export interface Lost {
  readonly refused: readonly DriverFailed[];
  readonly interval: Interval;
}

const NOTHING: Lost = { refused: [], interval: always };

/** What is to be done, and how it is planned. */
export interface Crankback<T> {
  /** Whose plan it is, in the ledger. */
  readonly holder: string;
  /** The picture of this instant. */
  readonly view: () => View;
  /** What domains do not have any more of what is there: it is planned without from the start. */
  readonly lost?: Lost;
  readonly decide: (view: View) => Result<Decision, DecisionError>;
  /** Makes a decision true; what fails leaves nothing, or says at which nodes something may be left. */
  readonly carryOut: (decision: Decision) => Promise<Result<T, DcnsError>>;
}

/** How many plans are tried at most, the first one included. */
export const MAX_PLANS = 8;

/**
 * Decides and carries out. Where a domain refuses what was planned and says what it does not have, it
 * is planned again without that (crankback, RFC 4920); where the domain knows only that it is one of
 * several things, without each of them in turn. Where nothing is left, the error is that of the plan
 * with the fewest of these, and tells what domains have refused.
 */
export async function withCrankback<T>(its: Crankback<T>): Promise<Result<T, DcnsError>> {
  const { lost = NOTHING } = its;
  const refused = [...lost.refused];
  const tried = new Set<string>();
  const waiting = [...withoutLost(lost)];
  let unplanned: DecisionError | undefined;
  for (let blocked = waiting.shift(); blocked !== undefined; blocked = waiting.shift()) {
    const decided = its.decide(without(its.view(), its.holder, blocked));
    if (decided.isErr()) {
      unplanned ??= decided.error;
      continue;
    }
    const key = keyOf(decided.value);
    if (tried.has(key)) continue;
    tried.add(key);
    const done = await its.carryOut(decided.value);
    if (done.isOk()) return done;
    const { error } = done;
    const otherwise = alternatives(error, decided.value.claim.interval);
    if (error.type !== "driver-failed" || otherwise.length === 0 || tried.size === MAX_PLANS)
      return err(after(refused, error));
    refused.push(error);
    for (const more of otherwise) waiting.push([...blocked, ...more]);
  }
  if (unplanned !== undefined) return err(after(refused, unplanned));
  const last = refused.at(-1);
  invariant(last !== undefined, "the first plan was refused, or there was none");
  return err(after(refused.slice(0, -1), last));
}

/** What to do without next: one thing of each cause. Nothing, if no other plan would help. */
function alternatives(error: DcnsError, interval: Interval): readonly (readonly BlockedBy[])[] {
  if (error.type !== "driver-failed" || (error.pending ?? []).length > 0) return [];
  const { domain, causes } = error;
  return causes.reduce<readonly (readonly BlockedBy[])[]>(
    (lists, { blocked = [] }) =>
      lists.flatMap((list) => blocked.map((resource) => [...list, { domain, resource, interval }])),
    [[]],
  );
}

/** What the first plans do without: one thing of each that was lost. */
function withoutLost({ refused, interval }: Lost): readonly (readonly BlockedBy[])[] {
  return refused.reduce<readonly (readonly BlockedBy[])[]>(
    (lists, one) =>
      lists.flatMap((list) => alternatives(one, interval).map((more) => [...list, ...more])),
    [[]],
  );
}

/** The error with what had been refused before. */
function after(refused: readonly DriverFailed[], error: DcnsError): DcnsError {
  const isTelling =
    error.type === "no-path" || error.type === "vlan-unavailable" || error.type === "driver-failed";
  if (refused.length === 0 || !isTelling) return error;
  return { ...error, refusals: refused.map(({ domain, causes }) => ({ domain, causes })) };
}

/** Equal for equal plans. */
function keyOf({ target }: Decision): string {
  return JSON.stringify([target.plan.vlan, target.plan.ports, wholeOf(target).links]);
}
