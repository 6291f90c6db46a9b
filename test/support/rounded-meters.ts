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

/** Rates in steps of 8 kbit/s, of which it counts 1024 and then has an exponent; bursts likewise in 4 kbit and 256. */
export function inDoublingSteps(mod: MeterMod, round: (steps: number) => number): MeterMod {
  const whole = (value: number, step: number, most: number): number => {
    const unit = value / step > most ? whole(value, 2 * step, most) : undefined;
    return unit ?? Math.max(1, round(value / step)) * step;
  };
  return limited(
    mod,
    (kbps) => whole(kbps, 8, 1_023),
    (kbit) => whole(kbit, 4, 255),
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
