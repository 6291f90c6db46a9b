import type { MeterMod } from "../../src/drivers/openflow/wire/meter.ts";

/** Rates in steps of 64 kbit/s and bursts in steps of 32 kbit, never none at all. */
export function inSteps(mod: MeterMod, round: (steps: number) => number): MeterMod {
  const whole = (value: number, step: number) => Math.max(1, round(value / step)) * step;
  return limited(
    mod,
    (kbps) => whole(kbps, 64),
    (kbit) => whole(kbit, 32),
  );
}

/** The same meter with other rates and bursts in its bands that drop; somebody else's stays as it is. */
export function limited(
  mod: MeterMod,
  rate: (kbps: number) => number,
  burst: (kbit: number) => number = (kbit) => kbit,
): MeterMod {
  if (mod.meter < 1000) return mod;
  const bands = mod.bands.map((band) =>
    band.type === "drop" ? { ...band, rate: rate(band.rate), burst: burst(band.burst) } : band,
  );
  return { ...mod, bands };
}
