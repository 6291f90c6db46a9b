import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { looksExact, meterFor } from "../../../../src/drivers/openflow/compile/meter.ts";
import { bandwidth } from "../../../../src/model/bandwidth.ts";

const rates = fc.integer({ min: 1, max: 4_000_000_000_000 });
const burstsMs = fc.integer({ min: 1, max: 1_000 });
const step = fc.integer({ min: 1, max: 5_000 });

describe("a meter", () => {
  test("has the least rate in whole steps that is not below what was promised", () => {
    fc.assert(
      fc.property(rates, burstsMs, step, step, (rate, burstMs, rateKbps, burstKbit) => {
        const [band] = meterFor(bandwidth(rate), burstMs, { rateKbps, burstKbit }).bands;
        if (band?.type !== "drop") throw new Error("no band that drops");
        expect(band.rate % rateKbps).toBe(0);
        expect(1000 * band.rate).toBeGreaterThanOrEqual(rate);
        expect(1000 * (band.rate - rateKbps)).toBeLessThan(rate);
        expect(band.burst % burstKbit).toBe(0);
        expect(band.burst).toBeGreaterThanOrEqual((band.rate * burstMs) / 1000);
      }),
    );
  });

  test("has a rate and a burst that steps which double have, too, the least that is not below", () => {
    const n = 9;
    const small = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(rates, burstsMs, small, small, (rate, burstMs, rateKbps, burstKbit) => {
        const steps = { rateKbps, burstKbit, rateBits: n, burstBits: n };
        const [band] = meterFor(bandwidth(rate), burstMs, steps).bands;
        if (band?.type !== "drop") throw new Error("no band that drops");
        const has = (value: number, step: number): boolean =>
          Array.from({ length: 40 }, (_, exponent) => step * 2 ** exponent).some(
            (unit) => value % unit === 0 && value / unit <= 2 ** n,
          );
        expect(has(band.rate, rateKbps)).toBe(true);
        expect(has(band.burst, burstKbit)).toBe(true);
        expect(1000 * band.rate).toBeGreaterThanOrEqual(rate);
        expect(1000 * band.rate).toBeLessThan(rate * (1 + 2 ** (1 - n)) + 1000 * rateKbps);
        const burst = (band.rate * burstMs) / 1000;
        expect(band.burst).toBeGreaterThanOrEqual(Math.min(burst, 2 ** 32 * (1 - 2 ** (1 - n))));
      }),
    );
  });

  test("of a switch that does not round looks as if it did not", () => {
    fc.assert(
      fc.property(rates, burstsMs, fc.integer({ min: 1, max: 10 }), (rate, burstMs, bursts) => {
        expect(looksExact(meterFor(bandwidth(rate), bursts * burstMs), burstMs)).toBe(true);
      }),
    );
  });
});
