import type { NetworkPlan } from "../pce/plan/plan.ts";
import type { NetworkSpec } from "./spec.ts";

/** One way in which a network was, is or will be carried out: what was asked, and what was computed. */
export interface Realisation {
  /** Counts from 1; every change of the network makes the next. */
  readonly generation: number;
  readonly spec: NetworkSpec;
  readonly plan: NetworkPlan;
}
