/**
 * A half-open time interval: `start` belongs to it, `end` does not. Milliseconds since the epoch;
 * `end` may be `Infinity`. It is empty when `end` is not after `start`.
 */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** All of time. */
export const always: Interval = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** From `start` on, for ever. */
export function from(start: number): Interval {
  return { start, end: Number.POSITIVE_INFINITY };
}

/** Whether no instant lies in `interval`. */
export function isEmpty(interval: Interval): boolean {
  return !(interval.start < interval.end);
}

/** Whether `instant` lies in `interval`. */
export function contains(interval: Interval, instant: number): boolean {
  return interval.start <= instant && instant < interval.end;
}

/** Whether some instant lies in both; intervals that only touch do not overlap. */
export function overlaps(a: Interval, b: Interval): boolean {
  return !isEmpty(intersection(a, b));
}

/** The instants that lie in both; empty if there are none. */
export function intersection(a: Interval, b: Interval): Interval {
  return { start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) };
}

/** Whether every instant of `inner` lies in `outer`; the empty interval lies in any. */
export function covers(outer: Interval, inner: Interval): boolean {
  return isEmpty(inner) || (outer.start <= inner.start && inner.end <= outer.end);
}
