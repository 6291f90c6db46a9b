import type { BlockedResource } from "../model/blocked-resource.ts";
import type { DcnsError, DriverCause, DriverFailed } from "../model/errors.ts";
import type { DomainId } from "../model/ids.ts";
import type { Interval } from "../model/interval.ts";
import type { BlockedBy } from "../network/blocked.ts";

/** What to do without next. */
export interface Alternative {
  readonly without: readonly BlockedBy[];
  /** Whether that is a label of which nobody knows that it is lacking. */
  readonly isGuess: boolean;
}

/**
 * What to do without after a refusal: one thing of each cause; of one that may be anything, also the labels of all its ports
 * at once, for the one that is lacking is among them. Nothing, if no other plan would help. Of more ways to choose than `most`, those in which
 * all causes have their first, their second and so on.
 */
export function alternatives(
  error: DcnsError,
  interval: Interval,
  most: number,
): readonly Alternative[] {
  if (error.type !== "driver-failed" || (error.pending ?? []).length > 0) return [];
  const { domain, causes } = error;
  const choices = causes.map((cause) => choicesOf(cause, domain, interval));
  const count = choices.reduce((product, { length }) => product * length, 1);
  if (count > most) {
    const ranks = Math.max(...choices.map(({ length }) => length));
    return Array.from({ length: ranks }, (_, rank) =>
      choices.flatMap((each) => each[Math.min(rank, each.length - 1)] ?? []).reduce(both, NOTHING),
    );
  }
  return choices.reduce<readonly Alternative[]>(
    (lists, each) => lists.flatMap((list) => each.map((one) => both(list, one))),
    [NOTHING],
  );
}

const NOTHING: Alternative = { without: [], isGuess: false };

function both(a: Alternative, b: Alternative): Alternative {
  return { without: [...a.without, ...b.without], isGuess: a.isGuess || b.isGuess };
}

function choicesOf(
  cause: DriverCause,
  domain: DomainId,
  interval: Interval,
): readonly Alternative[] {
  const { blocked = [] } = cause;
  const isGuess = isVague(cause);
  const one = (resource: BlockedResource): Alternative => ({
    without: [{ domain, resource, interval }],
    isGuess: isGuess && resource.type === "label",
  });
  if (!isGuess) return blocked.map(one);
  const known = blocked.filter(({ type }) => type !== "label").map(one);
  const labels = blocked.filter(({ type }) => type === "label").map(one);
  const all = labels.length > 1 ? [labels.reduce(both, NOTHING)] : [];
  return [...known, ...all, ...labels];
}

/** Whether a cause may be a label, or something else: the domain does not say. */
function isVague({ blocked = [] }: DriverCause): boolean {
  const types = new Set(blocked.map(({ type }) => type));
  return types.has("label") && types.size > 1;
}

/** Of which ports a domain does not say what it lacks; undefined where it says. */
export function vagueOf({ domain, causes }: DriverFailed): string | undefined {
  const places = causes.filter(isVague).map(({ blocked = [] }) => blocked.map(placeOf).sort());
  return places.length === 0 ? undefined : JSON.stringify([domain, places]);
}

function placeOf(resource: BlockedResource): string {
  return "port" in resource ? resource.port : resource.node;
}
