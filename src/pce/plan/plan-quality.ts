import type { NetworkPlan } from "./plan.ts";

/** How good a plan is among all plans for its request. */
export interface PlanQuality {
  /** What the search makes as low as it can: the sum over links and directions of cost times bit/s. */
  readonly value: number;
  /** No plan for the request has a lower value, but for rounding. */
  readonly lowerBound: number;
  /** Whether it is proved that no plan has a lower value than this one. */
  readonly isOptimal: boolean;
}

/** A plan, and how good it is. */
export interface ProvedPlan {
  readonly plan: NetworkPlan;
  readonly quality: PlanQuality;
}
