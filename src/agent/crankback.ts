import { err, ok, type Result } from "neverthrow";
import { pause } from "../drivers/driver-call.ts";
import type { Clock } from "../model/clock.ts";
import type { DcnsError, DriverError, DriverFailed } from "../model/errors.ts";
import type { DomainId } from "../model/ids.ts";
import { always, type Interval } from "../model/interval.ts";
import { invariant } from "../model/invariant.ts";
import { type BlockedBy, without } from "../network/blocked.ts";
import { domainOf } from "../network/crossings.ts";
import type { Decision, DecisionError, View } from "../network/decide.ts";
import { wholeOf } from "../network/realisation.ts";
import { alternatives, vagueOf } from "./alternatives.ts";
import { type ChangeError, plainError } from "./change-error.ts";
import type { Deadline } from "./deadline.ts";
import { Guesses } from "./guesses.ts";

/** What domains have lost of a network and do not bring back, and for which time it was held. */
export interface Lost {
  readonly refused: readonly DriverFailed[];
  readonly interval: Interval;
}

const NOTHING: Lost = { refused: [], interval: always };

/** How something is planned. */
export interface Planning {
  /** Whose plan it is, in the ledger. */
  readonly holder: string;
  /** The picture of this instant. */
  readonly view: () => View;
  /** What domains do not have any more of what is there: it is planned without from the start. */
  readonly lost?: Lost;
  readonly decide: (view: View) => Result<Decision, DecisionError>;
}

/** What is to be done. */
export interface Crankback<T> extends Planning {
  readonly clock: Clock;
  /** Nobody waits for it any more when that is over. */
  readonly deadline: Pick<Deadline, "signal" | "interruption">;
  /** Makes a decision true; what fails leaves nothing, or says at which nodes something may be left. */
  readonly carryOut: (decision: Decision) => Promise<Result<T, ChangeError>>;
}

/** How many plans are tried at most of which some domain was asked, the first one included. */
export const MAX_PLANS = 8;

/** And with those that were refused before anything was asked, which takes no time but that to plan. */
export const MAX_PLANS_UNASKED = 32;

/**
 * Decides and carries out. Where a domain refuses what was planned and says what it does not have, it
 * is planned again without that (crankback, RFC 4920); where the domain knows only that it is one of
 * several things, without each of them in turn: first by other domains, then, in turn, by other ports of that one
 * and with other labels, {@link Guesses}. Where nothing is left, the error is that of the plan
 * with the fewest of these, and tells what domains have refused; or what the first could not carry,
 * where it had only nodes to go around.
 */
export async function withCrankback<T>(its: Crankback<T>): Promise<Result<T, DcnsError>> {
  let plans = new Plans(its);
  for (let decision = plans.next(); decision !== undefined; decision = plans.next()) {
    const done = await its.carryOut(decision);
    if (done.isOk()) return ok(done.value);
    if (isToPlanAnew(done.error)) plans = new Plans(its);
    else {
      const final = plans.refused(decision, done.error);
      if (final !== undefined) return err(final);
    }
    // What is refused before anything is asked takes no time: everybody else has a turn before the next plan.
    await pause(its.clock, 0, its.deadline.signal);
    const { interruption } = its.deadline;
    if (interruption !== undefined) return err(interruption);
  }
  return err(plans.exhausted());
}

/** What {@link withCrankback} would carry out, as far as that is known before anything is. */
export function plannedAround(
  its: Planning & { readonly unsupported: (decision: Decision) => DriverError | undefined },
): Result<Decision, DcnsError> {
  const plans = new Plans(its);
  for (let decision = plans.next(); decision !== undefined; decision = plans.next()) {
    const refusal = its.unsupported(decision);
    if (refusal === undefined) return ok(decision);
    const final = plans.refused(decision, { type: "unsupported", error: refusal });
    if (final !== undefined) return err(final);
  }
  return err(plans.exhausted());
}

/** Whether more is known now of what switches make of a plan, and nothing is left of it anywhere. */
function isToPlanAnew(error: ChangeError): boolean {
  return error.type === "out-of-step" && (error.error.pending ?? []).length === 0;
}

/** A plan, and what it does without. */
interface PlannedWay {
  readonly blocked: readonly BlockedBy[];
  readonly decision: Decision;
}

/** The plans to try one after another, each without what was refused before. */
class Plans {
  readonly #its: Planning;
  readonly #refused: DriverFailed[];
  /** Compared with what comes after them: mostly nothing does. */
  readonly #tried: Decision[] = [];
  /** How many plans were refused by who was asked. */
  #asked = 0;
  readonly #waiting: (readonly BlockedBy[])[];
  readonly #guesses = new Guesses();
  /** Domains that have refused without a reason. */
  readonly #vague = new Set<DomainId>();
  /** Whether the last plan was by other ports of one of these. */
  #hasMoved = false;
  #without: readonly BlockedBy[] = [];
  #unplanned: DecisionError | undefined;

  constructor(its: Planning) {
    const { lost = NOTHING } = its;
    this.#its = its;
    this.#refused = [...lost.refused];
    this.#waiting = [...withoutLost(lost)];
  }

  /** The next one that has not been tried; undefined when there is none. */
  next(): Decision | undefined {
    const moved = this.#first(() => this.#waiting.shift());
    const isBack = moved !== undefined && this.#isByVague(moved.decision);
    const isGuessed = moved === undefined || (isBack && this.#hasMoved);
    const guess = isGuessed ? this.#first(() => this.#guesses.next()) : undefined;
    const plan = guess ?? moved;
    if (plan === undefined) return undefined;
    if (guess !== undefined && moved !== undefined) this.#waiting.unshift(moved.blocked);
    this.#hasMoved = guess === undefined && isBack;
    this.#tried.push(plan.decision);
    this.#without = plan.blocked;
    return plan.decision;
  }

  /** The first of these that can be planned, and has not been. */
  #first(shift: () => readonly BlockedBy[] | undefined): PlannedWay | undefined {
    const { decide, view, holder } = this.#its;
    for (let blocked = shift(); blocked !== undefined; blocked = shift()) {
      const decided = decide(without(view(), holder, blocked));
      if (decided.isErr()) this.#unplanned ??= decided.error;
      else if (!this.#isTried(decided.value)) return { blocked, decision: decided.value };
    }
    return undefined;
  }

  #isByVague({ target }: Decision): boolean {
    if (this.#vague.size === 0) return false;
    const { topology } = this.#its.view();
    return wholeOf(target)
      .links.flatMap(({ link }) => topology.links.get(link) ?? [])
      .flatMap(({ nodeA, nodeB }) => [nodeA, nodeB])
      .some((node) => this.#vague.has(domainOf(topology, node)));
  }

  #isTried(decision: Decision): boolean {
    if (this.#tried.length === 0) return false;
    const key = keyOf(decision);
    return this.#tried.some((one) => keyOf(one) === key);
  }

  /** Notes why the plan that was given last cannot be; gives the error if nothing else is to be tried. */
  refused(decision: Decision, refusal: ChangeError): DcnsError | undefined {
    const isAsked = refusal.type !== "unsupported";
    const error = plainError(refusal);
    if (isAsked) this.#asked += 1;
    const otherwise = alternatives(error, decision.claim.interval, MAX_PLANS);
    const isEnough = this.#asked === MAX_PLANS || this.#tried.length === MAX_PLANS_UNASKED;
    if (error.type !== "driver-failed" || otherwise.length === 0 || isEnough) {
      return after(this.#refused, error);
    }
    this.#refused.push(error);
    const beyond = (isGuess: boolean) =>
      otherwise
        .filter((each) => each.isGuess === isGuess)
        .map((each) => [...this.#without, ...each.without]);
    this.#waiting.push(...beyond(false));
    const vague = vagueOf(error);
    if (vague === undefined) return undefined;
    this.#vague.add(error.domain);
    this.#guesses.add(vague, beyond(true));
    return undefined;
  }

  /** The error when there is no next one. */
  exhausted(): DcnsError {
    const [first, ...later] = this.#refused;
    const last = this.#refused.at(-1);
    if (first !== undefined && isOfNodes(first)) return after(later, first);
    if (this.#unplanned !== undefined) return after(this.#refused, this.#unplanned);
    invariant(last !== undefined, "the first plan was refused, or there was none");
    return after(this.#refused.slice(0, -1), last);
  }
}

/** Whether each cause is that of one node, which another plan could go around. */
function isOfNodes({ causes }: DriverFailed): boolean {
  return causes.every(({ blocked = [] }) => blocked.some(({ type }) => type === "node"));
}

/** What the first plans do without: one thing of each that was lost. */
function withoutLost({ refused, interval }: Lost): readonly (readonly BlockedBy[])[] {
  return refused.reduce<readonly (readonly BlockedBy[])[]>(
    (lists, one) =>
      lists.flatMap((list) =>
        alternatives(one, interval, MAX_PLANS).map((more) => [...list, ...more.without]),
      ),
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
