/**
 * What searches make as low as they can.
 *
 * - `congestion`, the default: metrics, raised on links of which much is taken already, so that more
 *   networks fit. On an idle fabric it is the same as `metric`.
 * - `metric`: the sum of metrics, whatever is taken.
 */
export type LinkCost = "congestion" | "metric";

/**
 * The cost of a link of which `utilisation`, between 0 and 1, is taken: at least its metric, exactly
 * that if it is idle, and the more the fuller it is.
 *
 * A whole number of times `metric / STEPS`, so that sums of such costs are exact, in whatever order
 * they are made.
 */
export function congestionCost(metric: number, utilisation: number): number {
  const growth = SLOPE * utilisation + BASE ** utilisation - 1;
  return (metric * (STEPS + Math.round(growth * STEPS))) / STEPS;
}

const STEPS = 1024;
const SLOPE = 1;
const BASE = 16;
