import type { Graph } from "../graph/graph.ts";

/** Delays are told apart from this difference on: sums of fractions are not exact. */
const DELAY_TOLERANCE_MS = 1e-6;

/** Whether a delay is within a bound, to a nanosecond; always without a bound. */
export function isInTime(delayMs: number, maxDelayMs: number | undefined): boolean {
  return maxDelayMs === undefined || delayMs <= maxDelayMs + DELAY_TOLERANCE_MS;
}

/** The delay of the link of `arc`, one way. */
export function delayOf({ delaysMs }: Graph, arc: number): number {
  return delaysMs[arc >> 1] ?? 0;
}
