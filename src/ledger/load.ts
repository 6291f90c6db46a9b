import { type Interval, intersection, isEmpty, overlaps } from "../model/interval.ts";

/** Something promised for a time; `amount` in bit/s. */
export interface Promised {
  readonly interval: Interval;
  readonly amount: number;
}

/**
 * The most that is promised at any instant of `interval`, in bit/s.
 *
 * One pass when nothing begins within the interval, which is the usual case; else a sweep over the
 * instants at which something begins or ends, O(n log n).
 */
export function peakLoad(promised: readonly Promised[], interval: Interval): number {
  const live = promised.filter((p) => overlaps(p.interval, interval));
  const atStart = live.filter((p) => p.interval.start <= interval.start);
  const load = atStart.reduce((sum, p) => sum + p.amount, 0);
  return atStart.length === live.length ? load : sweep(live, interval.start);
}

/**
 * What is promised in `interval` on the average over its instants, in bit/s. In an interval without
 * an end only what is promised without an end counts.
 */
export function meanLoad(promised: readonly Promised[], interval: Interval): number {
  if (isEmpty(interval)) return 0;
  const length = interval.end - interval.start;
  return promised.reduce((sum, { interval: its, amount }) => {
    const { start, end } = intersection(its, interval);
    if (end <= start) return sum;
    const isEndless = end - start === Number.POSITIVE_INFINITY;
    return sum + amount * (isEndless ? 1 : (end - start) / length);
  }, 0);
}

/** What ends at an instant is gone before what begins there, for intervals are half-open. */
function sweep(live: readonly Promised[], start: number): number {
  const steps = live.flatMap((p) => [
    { at: Math.max(p.interval.start, start), change: p.amount },
    { at: p.interval.end, change: -p.amount },
  ]);
  steps.sort((x, y) => (x.at === y.at ? x.change - y.change : x.at < y.at ? -1 : 1));
  let load = 0;
  let peak = 0;
  for (const step of steps) {
    load += step.change;
    peak = Math.max(peak, load);
  }
  return peak;
}
