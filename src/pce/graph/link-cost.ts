import { betweennessOf } from "./betweenness.ts";
import type { Graph } from "./graph.ts";

/**
 * What searches make as low as they can.
 *
 * - `congestion`, the default: metrics, raised on links of which much is taken already, so that more
 *   networks fit. On an idle fabric it is the same as `metric`.
 * - `metric`: the sum of metrics, whatever is taken.
 */
export type LinkCost = "congestion" | "metric";

/**
 * The cost of a link of which `utilisation`, between 0 and 1, is taken: exactly its metric if it is
 * idle, `1 + FULL` times that if it is full, and convex in between; it never falls as more is taken.
 * How late it rises is its `steepness`.
 *
 * After the shadow price of a trunk, by which state-dependent routing weighs a call that it would
 * take against those that it may have to turn away for it later (Ott and Krishnan, Separable Routing,
 * 1985): that is about exponential in what is taken, and on a link with little traffic of its own as
 * good as nothing until it is nearly full. Exponential costs of links are also what competes best
 * with knowing all requests beforehand (Awerbuch, Azar and Plotkin, 1993).
 *
 * O(1), and no guarantee but this: how much fits more is measured by the benchmark `admission`.
 *
 * The cost is a whole number of times `metric / STEPS`, so that sums of such costs are exact, in
 * whatever order they are made.
 */
export function congestionCost(metric: number, utilisation: number, steepness: number): number {
  const growth = (FULL * (steepness ** utilisation - 1)) / (steepness - 1);
  return (metric * (STEPS + Math.round(growth * STEPS))) / STEPS;
}

/** The most that a link with `metric` can cost. */
export function costWhenFull(metric: number): number {
  return metric * (1 + FULL);
}

/** Of each link: the fewer shortest paths it lies on, the steeper its cost. */
export function steepnessesOf(graph: Graph): Float64Array {
  return betweennessOf(graph).map((share) =>
    Math.min(MOST_STEEP, Math.max(LEAST_STEEP, MEAN_STEEP / share ** 2)),
  );
}

// Chosen by simulation of arrivals at a dozen networks: between 10 and 30, and 16 and 64, it makes
// little difference.
const FULL = 20;
const MEAN_STEEP = 32;
const LEAST_STEEP = 2;
const MOST_STEEP = 100_000;

const STEPS = 1024;
