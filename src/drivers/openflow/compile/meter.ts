import type { Bandwidth } from "../../../model/bandwidth.ts";
import { meterFlag } from "../wire/constants.ts";
import type { MeterConfig } from "../wire/meter.ts";

/** The fastest that a meter can say, in kbit/s (32 bits on the wire). */
export const MAX_METER_KBPS = 0xffff_ffff;

/** What every meter lets through at once, however slow: ten full frames of 1522 bytes, in kbit. */
const MIN_BURST_KBIT = 122;

/**
 * A meter that drops what exceeds `rate`, rounded up to whole kbit/s so that nobody gets less than
 * was promised. Its bucket holds what `rate` sends in `burstMs`, so that TCP is not throttled by the
 * bursts it is made of.
 */
export function meterFor(rate: Bandwidth, burstMs: number): Omit<MeterConfig, "meter"> {
  const kbps = Math.max(1, meterKbps(rate));
  const burst = Math.min(MAX_METER_KBPS, Math.ceil((kbps * burstMs) / 1000));
  return {
    flags: meterFlag.kbps | meterFlag.burst,
    bands: [{ type: "drop", rate: kbps, burst: Math.max(MIN_BURST_KBIT, burst) }],
  };
}

/** `rate` in kbit/s, rounded up. */
export function meterKbps(rate: Bandwidth): number {
  return Math.ceil(rate / 1000);
}
