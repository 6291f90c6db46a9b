import { contains, type Interval, overlaps } from "../../model/interval.ts";

/** So much, for so long. */
export interface Taken {
  readonly amount: number;
  readonly interval: Interval;
}

/** The most that is taken at any instant of an interval. */
export function peakOf(taken: readonly Taken[], within: Interval): number {
  const beside = taken.filter(({ interval }) => overlaps(interval, within));
  const instants = beside.map(({ interval }) => Math.max(interval.start, within.start));
  const at = (instant: number): number =>
    beside.reduce(
      (sum, { amount, interval }) => (contains(interval, instant) ? sum + amount : sum),
      0,
    );
  return Math.max(0, ...instants.map(at));
}
