import fc from "fast-check";
import { expect, test } from "vitest";
import {
  defaultFlapDamping,
  type FlapHistory,
  failedOnceMore,
  releaseAtMs,
} from "../../src/network/flap-damping.ts";

/** What becomes of a link that fails at these times. */
function history(failuresMs: readonly number[]): FlapHistory | undefined {
  return failuresMs.reduce<FlapHistory | undefined>(
    (before, atMs) => failedOnceMore(before, atMs, defaultFlapDamping),
    undefined,
  );
}

test("one failure, or two, hold nothing down; three in short order do", () => {
  expect(history([0])?.isHeld).toBe(false);
  expect(history([0, 100])?.isHeld).toBe(false);
  expect(history([0, 100, 200])?.isHeld).toBe(true);
});

test("failures far apart hold nothing down, however many", () => {
  expect(history(Array.from({ length: 100 }, (_, i) => i * 10_000))?.isHeld).toBe(false);
});

test("a link is held until its penalty has halved often enough, and never longer than the most", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1 }), (gapsMs) => {
      let nowMs = 0;
      const failures = gapsMs.map((gapMs) => {
        nowMs += gapMs;
        return nowMs;
      });
      const last = history(failures);
      if (last === undefined) throw new Error("no history");
      const heldMs = releaseAtMs(last, defaultFlapDamping) - nowMs;
      expect(heldMs).toBeLessThanOrEqual(20_000);
      // Oracle: each failure's own 1,000, decayed by itself, and the sum cut at the ceiling.
      const sum = failures.reduce((all, atMs) => all + 1_000 * 0.5 ** ((nowMs - atMs) / 5_000), 0);
      if (sum < 16_000) expect(last.penalty).toBeCloseTo(sum, 3);
      const atRelease = last.penalty * 0.5 ** (heldMs / 5_000);
      expect(atRelease).toBeLessThanOrEqual(Math.max(1_000, last.penalty) + 1e-6);
      if (last.isHeld) expect(atRelease).toBeGreaterThan(990);
    }),
  );
});
