import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import {
  greatestUnit,
  heldRate,
  type RateSteps,
  roundedUp,
} from "../../../src/model/rate-steps.ts";
import { type Overshoot, overshootOf, type Traffic } from "../../../src/pce/index.ts";

const MBIT = 1_000_000;
const rates = fc.integer({ min: 1, max: 1_000_000_000_000 });
const steps = fc.record(
  {
    step: fc.integer({ min: 1, max: 100 * MBIT }).map(bandwidth),
    bits: fc.integer({ min: 1, max: 16 }),
  },
  { requiredKeys: ["step"] },
);

const inMegabits = (one: Omit<Overshoot, "steps">): readonly number[] =>
  [one.endpoint, one.flooded, one.sum, one.whole].map((bits) => bits / MBIT);

function overshoot(
  kinds: readonly RateSteps[],
  all: readonly number[],
  more: Partial<Traffic> = {},
): Overshoot {
  const traffic = { bandwidth: bandwidth(65 * MBIT), sharing: "hose", delivery: "learn" } as const;
  return overshootOf(kinds, { ...traffic, ...more }, all);
}

describe("what is held in steps", () => {
  test("is no less than it should be, by less than the greatest step up to it", () => {
    fc.assert(
      fc.property(rates, rates, steps, (a, b, one) => {
        const [rate, most] = [Math.min(a, b), Math.max(a, b)];
        const held = roundedUp(rate, one.step, one.bits);
        expect(held).toBeGreaterThanOrEqual(rate);
        expect(held - rate).toBeLessThan(greatestUnit(most, one));
      }),
    );
  });

  test("is by those of several nodes that let the most through, and never falls as rates grow", () => {
    fc.assert(
      fc.property(rates, rates, fc.array(steps, { minLength: 1 }), (a, b, kinds) => {
        const most = Math.max(...kinds.map(({ step, bits }) => roundedUp(a, step, bits)));
        expect(heldRate(a, kinds)).toBe(most);
        expect(heldRate(Math.min(a, b), kinds)).toBeLessThanOrEqual(
          heldRate(Math.max(a, b), kinds),
        );
      }),
    );
  });
});

describe("overshootOf", () => {
  const coarse = { step: bandwidth(64 * MBIT) };

  test("is what one rate lacks to a step, and a step for each sum", () => {
    const some = overshoot([coarse], [65 * MBIT, 128 * MBIT], { floodAllowance: bandwidth(MBIT) });
    expect(inMegabits(some)).toEqual([63, 64, 64, 63]);
  });

  test("is nothing where all are whole steps", () => {
    const whole = { bandwidth: bandwidth(64 * MBIT), floodAllowance: bandwidth(64 * MBIT) };
    expect(inMegabits(overshoot([coarse], [64 * MBIT, 640 * MBIT], whole))).toEqual([0, 0, 0, 0]);
  });

  test("stays a small part of the whole, however many endpoints there are", () => {
    const doubling = { step: bandwidth(8_000), bits: 10 };
    const many = Array.from({ length: 1_000 }, () => 1_000 * MBIT);
    const { sum } = overshoot([doubling], many, { floodAllowance: bandwidth(10 * MBIT) });
    expect(sum).toBeLessThan(0.002 * 1_000 * 1_010 * MBIT);
  });
});
