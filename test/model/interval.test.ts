import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  always,
  contains,
  covers,
  from,
  type Interval,
  intersection,
  isEmpty,
  overlaps,
} from "../../src/model/interval.ts";

const HORIZON = 12;
const instants = Array.from({ length: HORIZON }, (_, instant) => instant);
const interval = fc.record({
  start: fc.nat({ max: HORIZON }),
  end: fc.oneof(fc.nat({ max: HORIZON }), fc.constant(Number.POSITIVE_INFINITY)),
});

/** The whole milliseconds of an interval below the horizon: an interval is a set of instants. */
const instantsOf = ({ start, end }: Interval) => instants.filter((t) => t >= start && t < end);

describe("a half-open interval", () => {
  test("holds its start and not its end", () => {
    expect(contains({ start: 5, end: 9 }, 5)).toBe(true);
    expect(contains({ start: 5, end: 9 }, 9)).toBe(false);
    expect(contains(from(5), Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(contains(always, 0)).toBe(true);
  });

  test("does not overlap one that it only touches", () => {
    expect(overlaps({ start: 0, end: 5 }, { start: 5, end: 9 })).toBe(false);
    expect(overlaps({ start: 0, end: 6 }, { start: 5, end: 9 })).toBe(true);
    expect(overlaps(always, from(7))).toBe(true);
  });

  test("is empty when it ends where or before it starts", () => {
    expect(isEmpty({ start: 5, end: 5 })).toBe(true);
    expect(isEmpty({ start: 5, end: 4 })).toBe(true);
    expect(isEmpty(always)).toBe(false);
  });

  test("agrees with the set of its instants", () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        fc.pre(a.start < HORIZON && b.start < HORIZON);
        const [inA, inB] = [instantsOf(a), instantsOf(b)];
        const shared = inA.filter((t) => inB.includes(t));
        expect(isEmpty(a)).toBe(inA.length === 0);
        expect(overlaps(a, b)).toBe(shared.length > 0);
        expect(instantsOf(intersection(a, b))).toEqual(shared);
        const endsWithin = b.end <= a.end || inB.length === 0;
        expect(covers(a, b)).toBe(shared.length === inB.length && endsWithin);
      }),
    );
  });
});
