import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import { bounded } from "../pce/index.ts";
import { askedRate } from "./endpoints.ts";
import type { NetworkSpec } from "./spec.ts";
import { deliveryOf, heldRate, trafficOf } from "./traffic.ts";

/** In which steps nodes hold rates up to one, bit/s; undefined where they hold any. It never falls as rates grow. */
export type RateSteps = (most: Bandwidth) => Bandwidth | undefined;

/**
 * The spec with the step that all of its nodes have in common: a meter that cannot say a rate says the next one, and
 * what it lets in is what has to be reserved. In whole steps, sums of rates and the lesser of two are whole steps,
 * so what is planned is what every meter says. Where steps double as rates grow, it is the step of the greatest rate,
 * which grows with the step in its turn. It ends, for no step is more than a bandwidth can be. A step that was found
 * before stays where none is known now.
 */
export function inRateSteps(spec: NetworkSpec, stepOf: RateSteps | undefined): NetworkSpec {
  const { rateStep: before, ...asked } = spec;
  const none = before === undefined ? asked : spec;
  let found: NetworkSpec = asked;
  for (;;) {
    const rateStep = stepOf?.(greatestRate(found));
    if (rateStep === undefined) return none;
    if (rateStep === found.rateStep) return found;
    found = { ...asked, rateStep };
  }
}

/** Whether a spec is in the steps that are known now. */
export function isInRateSteps(spec: NetworkSpec, stepOf: RateSteps | undefined): boolean {
  return inRateSteps(spec, stepOf).rateStep === spec.rateStep;
}

/** The greatest rate that some node has to hold something to. */
function greatestRate(spec: NetworkSpec): Bandwidth {
  const { bandwidth: whole, rateStep, floodAllowance } = trafficOf(spec);
  const rates = spec.endpoints.map((one) => heldRate(askedRate(spec, one), rateStep));
  if (deliveryOf(spec) === "flood") {
    return bandwidth(Math.max(...rates, spec.sharing === "shared" ? whole : 0));
  }
  return bounded(rates.reduce((sum, rate) => sum + rate + floodAllowance, 0));
}
