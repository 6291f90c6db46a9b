import fc from "fast-check";
import { expect, test } from "vitest";
import { Pace } from "../../../src/drivers/openflow/session-pace.ts";

test("without a limit nothing is ever held back", () => {
  const pace = new Pace(Number.POSITIVE_INFINITY);
  pace.spend(1_000_000, 5);
  expect(pace.portion).toBe(Number.POSITIVE_INFINITY);
  expect(pace.delayMs(5)).toBe(0);
});

test("after a portion it is the time that the portion stands for until the next", () => {
  const pace = new Pace(1_000);
  expect(pace.portion).toBe(50);
  expect(pace.delayMs(100)).toBe(0);
  pace.spend(20, 100);
  expect(pace.delayMs(100)).toBe(20);
  expect(pace.delayMs(115)).toBe(5);
  expect(pace.delayMs(121)).toBe(0);
});

test("a slow pace still lets one command through at a time", () => {
  const pace = new Pace(0.5);
  expect(pace.portion).toBe(1);
  pace.spend(1, 0);
  expect(pace.delayMs(0)).toBe(2_000);
});

test("over any stretch of time no more is let through than the rate and one portion", () => {
  const rate = fc.integer({ min: 1, max: 5_000 });
  const waits = fc.array(fc.nat({ max: 400 }), { maxLength: 60 });
  fc.assert(
    fc.property(rate, waits, (perSecond, gapsMs) => {
      const pace = new Pace(perSecond);
      const sent: { readonly atMs: number; readonly count: number }[] = [];
      let nowMs = 0;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        if (pace.delayMs(nowMs) > 0) continue;
        pace.spend(pace.portion, nowMs);
        sent.push({ atMs: nowMs, count: pace.portion });
      }
      for (const [i, first] of sent.entries()) {
        let total = 0;
        for (const { atMs, count } of sent.slice(i)) {
          total += count;
          const allowed = ((atMs - first.atMs) / 1_000) * perSecond + pace.portion;
          expect(total).toBeLessThanOrEqual(allowed + 1e-6);
        }
      }
    }),
  );
});
