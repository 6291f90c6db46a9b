import type { Circuit } from "./circuit.ts";
import { AHEAD_MS, LAST_END_S } from "./circuit-times.ts";

/** A rate, and times. */
export type Terms = Pick<Circuit, "mbps" | "start" | "end">;

/** What a domain had when it said yes to others, and what it has since. */
export interface Change {
  readonly before: Terms;
  readonly after: Terms;
  readonly wanted: Terms;
  /** What it had said yes to, to have what it had; absent where nobody knows. */
  readonly asked?: Terms | undefined;
}

/**
 * Whether a domain that has said yes to other terms has made of them what it does: `yes` when all that was to become
 * other has, though perhaps not just as was wanted; `perhaps` where it has gone on as it was and that may be what it makes of
 * what is wanted now, as it made something else of what was wanted before.
 */
export function isCarriedOut(
  change: Change,
  now: number,
  toleranceMs: number,
): "yes" | "perhaps" | "no" {
  if (change.after.mbps < change.wanted.mbps) return "no";
  const verdicts = [
    verdictOn(
      each(change, ({ mbps }) => mbps),
      0,
    ),
    verdictOn(
      each(change, ({ start = now }) => Math.max(start, now + AHEAD_MS)),
      toleranceMs,
    ),
    verdictOn(
      each(change, ({ end = LAST_END_S * 1_000 }) => end),
      toleranceMs,
      AHEAD_MS,
    ),
  ];
  if (verdicts.includes("no")) return "no";
  return verdicts.includes("perhaps") ? "perhaps" : "yes";
}

/** One of the terms, of each. */
interface Numbers {
  readonly before: number;
  readonly after: number;
  readonly wanted: number;
  readonly asked: number | undefined;
}

function each({ before, after, wanted, asked }: Change, of: (terms: Terms) => number): Numbers {
  return {
    ...{ before: of(before), after: of(after), wanted: of(wanted) },
    asked: asked === undefined ? undefined : of(asked),
  };
}

/** `cut`: by how much a domain may cut what it gives, beyond what it keeps exactly. */
function verdictOn(
  { before, after, wanted, asked }: Numbers,
  tolerance: number,
  cut = 0,
): "yes" | "perhaps" | "no" {
  const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= tolerance;
  const isNearer = Math.abs(after - wanted) < Math.abs(before - wanted);
  if (isNear(after, wanted) || isNearer) return "yes";
  if (asked === undefined) return "perhaps";
  if (isNear(asked, wanted)) return "yes";
  // Who gave just what was asked for, or cut it, would have given other than that now.
  const isAsked = isNear(asked, before);
  const isCut = Math.abs(asked - before) <= tolerance + cut;
  const isFar = Math.abs(wanted - before) > tolerance + cut;
  return isAsked || (isCut && isFar) ? "no" : "perhaps";
}
