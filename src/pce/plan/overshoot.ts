import { greatestUnit, heldRate, type RateSteps } from "../../model/rate-steps.ts";
import type { Traffic } from "./plan.ts";

/**
 * By how much more than they are told nodes may let through that hold rates in steps, bit/s. An endpoint's own rate
 * and the network's are each held once, and what that makes of them is known; sums are held at many nodes, at any rate
 * up to all of it.
 */
export interface Overshoot {
  readonly steps: readonly RateSteps[];
  /** What one endpoint sends. */
  readonly endpoint: number;
  /** What one endpoint floods, where that is held by itself. */
  readonly flooded: number;
  /** What several send together. */
  readonly sum: number;
  /** What the whole network sends, where it has one rate. */
  readonly whole: number;
}

/** The overshoot for this traffic of endpoints with these rates, bit/s. O(n) for n endpoints. */
export function overshootOf(
  steps: readonly RateSteps[],
  { bandwidth: whole, sharing, floodAllowance }: Omit<Traffic, "overshoot">,
  rates: readonly number[],
): Overshoot {
  const flooded: number = floodAllowance ?? 0;
  const beyond = (rate: number): number => heldRate(rate, steps) - rate;
  const shared = sharing === "shared" ? [whole] : [];
  const total = rates.reduce((sum, rate) => sum + rate + flooded, 0);
  const kinds = [...rates, ...shared, flooded];
  // Sums of whole steps are whole steps, where all of those are alike.
  const uneven = steps.filter(
    ({ step, bits }) => bits !== undefined || kinds.some((rate) => rate % step > 0),
  );
  return {
    steps,
    endpoint: Math.max(0, ...[...rates, ...shared].map(beyond)),
    flooded: Math.max(0, ...uneven.map((one) => greatestUnit(flooded, one))),
    sum: Math.max(0, ...uneven.map((one) => greatestUnit(total, one))),
    whole: beyond(whole),
  };
}
