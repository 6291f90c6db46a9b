import fc from "fast-check";
import { expect, test } from "vitest";
import { PacketInLimit } from "../../../src/drivers/openflow/packet-in-limit.ts";

test("never lets more pass in any span of time than the rate and one burst allow", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }),
      (perSecond, gapsMs) => {
        const limit = new PacketInLimit(perSecond, 0);
        const passedAtMs: number[] = [];
        let nowMs = 0;
        let dropped = 0;
        let told = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          if (limit.admits(nowMs)) passedAtMs.push(nowMs);
          else dropped += 1;
          told += limit.news(nowMs) ?? 0;
        }
        for (const [i, fromMs] of passedAtMs.entries()) {
          for (const [j, toMs] of passedAtMs.entries()) {
            if (j < i) continue;
            const allowed = perSecond + (perSecond * (toMs - fromMs)) / 1_000;
            expect(j - i + 1).toBeLessThanOrEqual(allowed + 1e-6);
          }
        }
        told += limit.news(nowMs + 1_000) ?? 0;
        expect(told).toBe(dropped);
      },
    ),
  );
});

test("lets everything pass that comes no faster than the rate", () => {
  const limit = new PacketInLimit(100, 0);
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) expect(limit.admits(nowMs)).toBe(true);
});
