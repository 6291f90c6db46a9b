import { attempt } from "../plan/attempt.ts";
import type { NetworkPlan } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { bottleneck } from "./bottleneck.ts";
import { capped, firstFullPort, lastThat, overloadedArcs } from "./what-if.ts";

/** The most that fits, and how sure that is. */
export interface LargestRate {
  /** bit/s */
  readonly rate: number;
  /** A plan for that rate. */
  readonly plan: NetworkPlan;
  /** Whether one bit/s more was looked for to the end and not found, or is known not to fit. */
  readonly isTight: boolean;
}

/** How many plans may be made to find the most that fits. */
export const MAX_PLANS = 64;

/**
 * The largest cap on all rates with which the request is planned, less than `most`, with which it is
 * not; `undefined` if not even for no bandwidth at all, or if there is no less.
 *
 * What the bottleneck lets pass is tried first; nearly always that is it. Else each plan found is
 * good for as much as its own links have left, and that, what is one bit/s more and what is halfway
 * to what failed are tried next: Newton's steps (Dinkelbach, On Nonlinear Fractional Programming,
 * 1967), and bisection to bound them. At most {@link MAX_PLANS} plans; exact where it says so.
 */
export function largestRate(scene: Scene, most: number): LargestRate | undefined {
  if (most <= 0) return undefined;
  const width = Math.min(bottleneck(scene, most), most - 1);
  const widest = attempt(capped(scene, width));
  if (widest.isOk()) return { rate: width, plan: widest.value, isTight: true };
  const idle = attempt(capped(scene, 0));
  if (idle.isErr()) return undefined;
  let best = { rate: 0, plan: idle.value };
  let failed = { rate: width, isCertain: widest.error.type !== "search-limit" };
  let plans = 2;
  const take = (rate: number): void => {
    if (rate <= best.rate || rate >= failed.rate) return;
    plans++;
    const planned = attempt(capped(scene, rate));
    if (planned.isOk()) best = { rate, plan: planned.value };
    else failed = { rate, isCertain: planned.error.type !== "search-limit" };
  };
  while (failed.rate > best.rate + 1 && plans < MAX_PLANS) {
    take(rateOn(scene, best.plan, failed.rate));
    take(best.rate + 1);
    take(best.rate + Math.floor((failed.rate - best.rate) / 2));
  }
  return { ...best, isTight: failed.rate === best.rate + 1 && failed.isCertain };
}

/** The largest cap below `most` with which the links of `plan` and the ports have room for it. */
function rateOn(scene: Scene, plan: NetworkPlan, most: number): number {
  const hasRoom = (rate: number): boolean => {
    const less = capped(scene, rate);
    return firstFullPort(less) === undefined && overloadedArcs(less, plan).length === 0;
  };
  return lastThat(hasRoom, 0, most);
}
