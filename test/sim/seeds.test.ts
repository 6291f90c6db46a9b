import { describe, expect, test } from "vitest";
import { revisionOfSources } from "../../scripts/revision.ts";
import { freshSeeds, replayOf } from "../../scripts/sim/fresh-seeds.ts";
import seeds from "../../scripts/sim/seeds.json" with { type: "json" };
import { simulate } from "../../scripts/sim/simulation.ts";

/** How many worlds each revision of the sources has of its own. */
const FRESH = 30;

/** The fault of a world, with all that happened before. */
async function faultOf(seed: number): Promise<string | undefined> {
  const { fault, log } = await simulate(seed);
  return fault && [...log, fault, replayOf(seed)].join("\n");
}

describe("a simulated world", () => {
  test.each(seeds)(
    "is as it should be where a fault was found: $found ($seed)",
    async ({ seed }) => {
      expect(await faultOf(seed)).toBeUndefined();
    },
  );

  test.each(freshSeeds(revisionOfSources(), FRESH))(
    "is as it should be at every step, and when all is mended (%i)",
    async (seed) => {
      expect(await faultOf(seed)).toBeUndefined();
    },
  );

  test("is another one in each revision, and the same in one", () => {
    const [one, other] = [freshSeeds("8c1f", 30), freshSeeds("8c20", 30)];
    expect(freshSeeds("8c1f", 30)).toEqual(one);
    expect(new Set([...one, ...other]).size).toBe(60);
  });

  test("has one history for each seed", async () => {
    const [one, other] = [await simulate(7), await simulate(7)];
    expect(one.log.length).toBeGreaterThan(10);
    expect(other).toEqual(one);
  });
});
