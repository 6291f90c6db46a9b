import { describe, expect, test } from "vitest";
import { derivedSeed, seededRandom } from "../../src/testing/random.ts";

function numbers(seed: number, count: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

describe("seededRandom", () => {
  test("gives the numbers of Mulberry32", () => {
    // Computed with the reference implementation in C, seed 1.
    expect(numbers(1, 3).map((value) => Math.round(value * 2 ** 32))).toEqual([
      2693262067, 11749833, 2265367787,
    ]);
  });

  test("gives the same for the same seed and something else for another", () => {
    expect(numbers(7, 5)).toEqual(numbers(7, 5));
    expect(numbers(7, 5)).not.toEqual(numbers(8, 5));
  });

  test("spreads evenly over [0, 1)", () => {
    const values = numbers(42, 10_000);
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      values.filter((value) => Math.floor(10 * value) === tenth),
    );
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    for (const tenth of tenths) {
      expect(tenth.length).toBeGreaterThan(900);
      expect(tenth.length).toBeLessThan(1_100);
    }
  });
});

describe("derivedSeed", () => {
  test("differs by part and by seed, and is a 32-bit number", () => {
    const seeds = [derivedSeed(0, "s1"), derivedSeed(0, "s2"), derivedSeed(1, "s1")];
    expect(new Set(seeds).size).toBe(3);
    for (const seed of seeds) expect(seed).toBe(seed >>> 0);
  });

  test("hashes with FNV-1a when the seed is 0", () => {
    // The published test vector of FNV-1a, 32 bits, for the text "foobar".
    expect(derivedSeed(0, "foobar")).toBe(0xbf9cf968);
  });
});
