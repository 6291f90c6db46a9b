import { describe, expect, test } from "vitest";
import seeds from "../../scripts/sim/seeds.json" with { type: "json" };
import { simulate } from "../../scripts/sim/simulation.ts";

/** The fault of a world, with all that happened before. */
async function faultOf(seed: number): Promise<string | undefined> {
  const { fault, log } = await simulate(seed);
  return fault && [...log, fault].join("\n");
}

describe("a simulated world", () => {
  test.each(seeds)(
    "is as it should be where a fault was found: $found ($seed)",
    async ({ seed }) => {
      expect(await faultOf(seed)).toBeUndefined();
    },
  );

  test.each(Array.from({ length: 30 }, (_, index) => index + 1))(
    "is as it should be at every step, and when all is mended (%i)",
    async (seed) => {
      expect(await faultOf(seed)).toBeUndefined();
    },
  );

  test("has one history for each seed", async () => {
    const [one, other] = [await simulate(7), await simulate(7)];
    expect(one.log.length).toBeGreaterThan(10);
    expect(other).toEqual(one);
  });
});
