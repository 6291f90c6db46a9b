import type { Bandwidth } from "../../../model/bandwidth.ts";
import { roundedDown, roundedUp } from "../../../model/rate-steps.ts";
import { meterFlag } from "../wire/constants.ts";
import type { MeterConfig } from "../wire/meter.ts";

/** The fastest that a meter can say, in kbit/s (32 bits on the wire). */
export const MAX_METER_KBPS = 0xffff_ffff;

/** What every meter lets through at once, however slow: ten full frames of 1522 bytes, in kbit. */
const MIN_BURST_KBIT = 122;

/** The steps in which a switch has rates and bursts: what is between two it makes one of them. */
export interface MeterSteps {
  readonly rateKbps: number;
  readonly burstKbit: number;
  /**
   * How many bits it has for the number of steps, where it has an exponent for what does not fit: then steps
   * double as often as it takes. Absent where all are alike.
   */
  readonly rateBits?: number;
  readonly burstBits?: number;
}

/** The steps of a switch that holds meters as it was told. */
export const exactSteps: MeterSteps = { rateKbps: 1, burstKbit: 1 };

/**
 * A meter that drops what exceeds `rate`, rounded up to whole steps so that nobody gets less than
 * was promised. Its bucket holds what `rate` sends in `burstMs`, so that TCP is not throttled by the
 * bursts it is made of.
 */
export function meterFor(
  rate: Bandwidth,
  burstMs: number,
  steps: MeterSteps = exactSteps,
): Omit<MeterConfig, "meter"> {
  const kbps = Math.max(steps.rateKbps, meterKbps(rate, steps));
  const least = Math.max(MIN_BURST_KBIT, (kbps * burstMs) / 1000);
  const { burstKbit, burstBits } = steps;
  const burst = roundedUp(least, burstKbit, burstBits);
  const most = burst > MAX_METER_KBPS ? roundedDown(MAX_METER_KBPS, burstKbit, burstBits) : burst;
  return {
    flags: meterFlag.kbps | meterFlag.burst,
    bands: [{ type: "drop", rate: kbps, burst: most }],
  };
}

/** Whether a meter may be what {@link meterFor} made in steps of one, with some multiple of `burstMs`. */
export function looksExact({ bands }: Pick<MeterConfig, "bands">, burstMs: number): boolean {
  return bands.every((band) => {
    if (band.type !== "drop" || band.burst === MIN_BURST_KBIT) return true;
    if (band.burst === MAX_METER_KBPS) return true;
    const bursts = Math.round((1000 * band.burst) / (band.rate * burstMs));
    return band.burst === Math.ceil((band.rate * burstMs * bursts) / 1000);
  });
}

/** `rate` in kbit/s, rounded up to whole steps. */
export function meterKbps(
  rate: Bandwidth,
  { rateKbps, rateBits }: MeterSteps = exactSteps,
): number {
  return roundedUp(rate / 1000, rateKbps, rateBits);
}
