import * as fc from "fast-check";
import { expect, test } from "vitest";
import { meanLoad, peakLoad } from "../../src/ledger/load.ts";
import { always, from } from "../../src/model/interval.ts";

const promises = fc.array(
  fc
    .tuple(fc.nat(20), fc.nat(20), fc.nat(100))
    .map(([start, length, amount]) => ({ interval: { start, end: start + length }, amount })),
  { maxLength: 8 },
);

test("the average over an interval is that of its instants", () => {
  fc.assert(
    fc.property(promises, fc.nat(20), fc.integer({ min: 1, max: 20 }), (some, start, length) => {
      const instants = Array.from({ length }, (_, index) => start + index);
      const loads = instants.map((at) => peakLoad(some, { start: at, end: at + 1 }));
      const mean = loads.reduce((sum, load) => sum + load, 0) / length;
      expect(meanLoad(some, { start, end: start + length })).toBeCloseTo(mean, 9);
    }),
  );
});

test("for ever, only what is promised for ever counts", () => {
  const some = [
    { interval: from(5), amount: 3 },
    { interval: { start: 0, end: 1000 }, amount: 4 },
  ];
  expect(meanLoad(some, from(0))).toBe(3);
  expect(meanLoad(some, always)).toBe(3);
});

test("in no time at all nothing is promised", () => {
  expect(meanLoad([{ interval: always, amount: 3 }], { start: 7, end: 7 })).toBe(0);
});
