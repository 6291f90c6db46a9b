import type { Bandwidth } from "./bandwidth.ts";

/** In which steps a node holds rates: what it is to hold to a rate in between has the next one. */
export interface RateSteps {
  /** bit/s. */
  readonly step: Bandwidth;
  /**
   * How many bits there are for the number of steps, where there is an exponent for what does not fit: then steps
   * double as often as it takes. Absent where all are alike.
   */
  readonly bits?: number;
}

/** `rate` as it is held where nodes have different steps: by the one that lets the most through, bit/s. */
export function heldRate(rate: number, steps: readonly RateSteps[]): number {
  return Math.max(rate, ...steps.map(({ step, bits }) => roundedUp(rate, step, bits)));
}

/** The least number of whole steps that is not below `value`; of steps that double, see {@link RateSteps}. */
export function roundedUp(value: number, step: number, bits?: number): number {
  const unit = unitAt(value, step, bits);
  return Math.ceil(value / unit) * unit;
}

/** The greatest that is not above it. */
export function roundedDown(value: number, step: number, bits?: number): number {
  const unit = unitAt(value, step, bits);
  return Math.floor(value / unit) * unit;
}

/** At least as large as a step can be for any rate up to `most`. */
export function greatestUnit(
  most: number,
  { step, bits = Number.POSITIVE_INFINITY }: RateSteps,
): number {
  return Math.max(step, most * 2 ** (1 - bits));
}

/** How large a step is at `value`. */
function unitAt(value: number, step: number, bits = Number.POSITIVE_INFINITY): number {
  let unit = step;
  while (Math.ceil(value / unit) > 2 ** bits) unit *= 2;
  return unit;
}

/** Each kind once, in an order of their own. */
export function distinctSteps(all: readonly RateSteps[]): readonly RateSteps[] {
  const kinds = new Map(all.map((one) => [`${one.step}/${one.bits}`, one]));
  return [...kinds.values()].sort((a, b) => a.step - b.step || (a.bits ?? 0) - (b.bits ?? 0));
}

/** Whether two lists of steps are the same, in order. */
export function sameRateSteps(a: readonly RateSteps[] = [], b: readonly RateSteps[] = []): boolean {
  return (
    a.length === b.length &&
    a.every(({ step, bits }, index) => step === b[index]?.step && bits === b[index]?.bits)
  );
}
