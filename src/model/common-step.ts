import { type Bandwidth, bandwidth } from "./bandwidth.ts";

/**
 * The least number of bit/s that is a multiple of each of these, or the greatest that there is; undefined if there are
 * none.
 */
export function commonStep(steps: readonly Bandwidth[]): Bandwidth | undefined {
  const [first, ...others] = new Set(steps);
  return first === undefined ? undefined : others.reduce(commonMultiple, first);
}

/** The greatest number that divides both of these integers. */
export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function commonMultiple(a: Bandwidth, b: Bandwidth): Bandwidth {
  return bandwidth(Math.min(a * (b / commonDivisor(a, b)), Number.MAX_SAFE_INTEGER));
}
