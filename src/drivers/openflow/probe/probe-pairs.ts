import type { Segment } from "../../../model/segment.ts";
import type { ProbeOutcome, ProbeReport } from "../../driver-base.ts";

/** Every end of a segment with every other, both ways, by their places among the ends. */
export function pairsOf({ ends }: Segment): readonly (readonly [from: number, to: number])[] {
  return ends.flatMap((_, from) =>
    ends.flatMap((_, to) => (from === to ? [] : [[from, to] as const])),
  );
}

/** By what a pair is known. */
export function pairKey(from: number, to: number): string {
  return `${from}>${to}`;
}

/** What became of the probes between all pairs of a segment. */
export function report(
  segment: Segment,
  outcomeOf: (from: number, to: number) => ProbeOutcome,
): ProbeReport {
  const pairs = pairsOf(segment).flatMap(([a, b]) => {
    const from = segment.ends[a]?.at;
    const to = segment.ends[b]?.at;
    if (from === undefined || to === undefined) return [];
    return { from, to, outcome: outcomeOf(a, b) };
  });
  return { segment: segment.id, pairs };
}

/** Of a segment that could not be tested at all. */
export function untested(segment: Segment, reason: string): ProbeReport {
  return report(segment, () => ({ status: "untested", reason }));
}
