import { invariant } from "../../../model/invariant.ts";

/** The numbers of groups or meters, by their keys in the draft. */
export type Numbers = ReadonlyMap<string, number>;

/** Of nothing. */
export const NO_NUMBERS: Numbers = new Map();

/** The number that an item has. */
export function idOf(numbers: Numbers, key: string): number {
  const number = numbers.get(key);
  invariant(number !== undefined, `${key} has a number`);
  return number;
}
