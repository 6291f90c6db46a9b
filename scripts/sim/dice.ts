import { seededRandom } from "../../src/testing/index.ts";

/** Chance, from a seed. */
export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  /** True this often, from 0 to 1. */
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** At most `count` of them, in any order. */
  some<T>(values: readonly T[], count: number): readonly T[];
}

export function diceFrom(seed: number): Dice {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const pick = <T>(values: readonly T[]): T => {
    const [picked] = values.slice(below(values.length));
    if (picked === undefined) throw new Error("there is nothing to pick from");
    return picked;
  };
  return {
    below,
    chance: (probability) => random.next() < probability,
    pick,
    some: (values, count) => {
      const left = [...values];
      const picked: (typeof values)[number][] = [];
      while (picked.length < count && left.length > 0) {
        picked.push(...left.splice(below(left.length), 1));
      }
      return picked;
    },
  };
}
