import { err, ok, type Result } from "neverthrow";
import type { BlockedResource } from "../model/blocked-resource.ts";
import type { DcnsError, DriverCause, DriverFailed } from "../model/errors.ts";
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
  /** Makes a decision true; what fails leaves nothing, or says at which nodes something may be left. */
  readonly carryOut: (decision: Decision) => Promise<Result<T, DcnsError>>;
}

/** How many plans are tried at most, the first one included. */
export const MAX_PLANS = 8;

/**
 * How often it is taken for one of a label that a domain refuses what it has no reason for: at each of two ports
 * another one, and at both. Who says the same after that does not join these ports.
 */
const MAX_GUESSES = 2;

/**
 * Decides and carries out. Where a domain refuses what was planned and says what it does not have, it
 * is planned again without that (crankback, RFC 4920); where the domain knows only that it is one of
 * several things, without each of them in turn, and last with other labels. Where nothing is left, the error is that of the plan
 * with the fewest of these, and tells what domains have refused; or what the first could not carry,
 * where it had only nodes to go around.
 */
export async function withCrankback<T>(its: Crankback<T>): Promise<Result<T, DcnsError>> {
  const plans = new Plans(its);
  for (let decision = plans.next(); decision !== undefined; decision = plans.next()) {
    const done = await its.carryOut(decision);
    if (done.isOk()) return done;
    const final = plans.refused(decision, done.error);
    if (final !== undefined) return err(final);
  }
  return err(plans.exhausted());
}

/** What {@link withCrankback} would carry out, as far as that is known before anything is. */
export function plannedAround(
  its: Planning & { readonly unsupported: (decision: Decision) => DcnsError | undefined },
): Result<Decision, DcnsError> {
  const plans = new Plans(its);
  for (let decision = plans.next(); decision !== undefined; decision = plans.next()) {
    const refusal = its.unsupported(decision);
    if (refusal === undefined) return ok(decision);
    const final = plans.refused(decision, refusal);
    if (final !== undefined) return err(final);
  }
  return err(plans.exhausted());
}

/** The plans to try one after another, each without what was refused before. */
class Plans {
  readonly #its: Planning;
  readonly #refused: DriverFailed[];
  /** Compared with what comes after them: mostly nothing does. */
  readonly #tried: Decision[] = [];
  readonly #waiting: (readonly BlockedBy[])[];
  /** What is tried where nothing waits: the same way with other labels, of whom does not say why not. */
  readonly #guesses: (readonly BlockedBy[])[] = [];
  /** How often a domain has refused without a reason, by what that may be of. */
  readonly #vague = new Map<string, number>();
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
    const { decide, view, holder } = this.#its;
    const shift = () => this.#waiting.shift() ?? this.#guesses.shift();
    for (let blocked = shift(); blocked !== undefined; blocked = shift()) {
      const decided = decide(without(view(), holder, blocked));
      if (decided.isErr()) {
        this.#unplanned ??= decided.error;
        continue;
      }
      if (this.#isTried(decided.value)) continue;
      this.#tried.push(decided.value);
      this.#without = blocked;
      return decided.value;
    }
    return undefined;
  }

  #isTried(decision: Decision): boolean {
    if (this.#tried.length === 0) return false;
    const key = keyOf(decision);
    return this.#tried.some((one) => keyOf(one) === key);
  }

  /** Notes why the plan that was given last cannot be; gives the error if nothing else is to be tried. */
  refused(decision: Decision, error: DcnsError): DcnsError | undefined {
    const otherwise = alternatives(error, decision.claim.interval);
    if (
      error.type !== "driver-failed" ||
      otherwise.length === 0 ||
      this.#tried.length === MAX_PLANS
    ) {
      return after(this.#refused, error);
    }
    this.#refused.push(error);
    const mayGuess = this.#mayGuess(error);
    for (const more of otherwise) {
      const isGuess = more.some(
        ({ resource }, at) => resource.type === "label" && isVague(error.causes[at]),
      );
      if (!isGuess) this.#waiting.push([...this.#without, ...more]);
      else if (mayGuess) this.#guesses.push([...this.#without, ...more]);
    }
    return undefined;
  }

  /** Whether a refusal without a reason is not yet one too many of the same. */
  #mayGuess({ domain, causes }: DriverFailed): boolean {
    const of = causes.filter(isVague).map(({ blocked = [] }) => blocked.map(placeOf).sort());
    const key = JSON.stringify([domain, of]);
    const count = (this.#vague.get(key) ?? 0) + 1;
    this.#vague.set(key, count);
    return count <= MAX_GUESSES;
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

/** Whether a cause may be a label, or something else: the domain does not say. */
function isVague(cause: DriverCause | undefined): boolean {
  const types = new Set((cause?.blocked ?? []).map(({ type }) => type));
  return types.has("label") && types.size > 1;
}

function placeOf(resource: BlockedResource): string {
  return "port" in resource ? resource.port : resource.node;
}

/** Whether each cause is that of one node, which another plan could go around. */
function isOfNodes({ causes }: DriverFailed): boolean {
  return causes.every(({ blocked = [] }) => blocked.some(({ type }) => type === "node"));
}

/**
 * What to do without next: one thing of each cause. Nothing, if no other plan would help. Of more ways to
 * choose than there may be plans, those in which all causes have their first, their second and so on.
 */
function alternatives(error: DcnsError, interval: Interval): readonly (readonly BlockedBy[])[] {
  if (error.type !== "driver-failed" || (error.pending ?? []).length > 0) return [];
  const { domain, causes } = error;
  const choices = causes.map(({ blocked = [] }) =>
    blocked.map((resource): BlockedBy => ({ domain, resource, interval })),
  );
  const count = choices.reduce((product, { length }) => product * length, 1);
  if (count > MAX_PLANS) {
    const ranks = Math.max(...choices.map(({ length }) => length));
    return Array.from({ length: ranks }, (_, rank) =>
      choices.flatMap((each) => each[Math.min(rank, each.length - 1)] ?? []),
    );
  }
  return choices.reduce<readonly (readonly BlockedBy[])[]>(
    (lists, each) => lists.flatMap((list) => each.map((one) => [...list, one])),
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
