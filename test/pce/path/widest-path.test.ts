import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type WidestPath, widestPath } from "../../../src/pce/index.ts";
import { solutionsOf } from "../brute-force.ts";
import { pathSettingOf, type World, type WorldShape, worlds } from "../worlds.ts";

const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 7, isRouted: true };
/** No link has more. */
const MOST = 20;

describe("widestPath", { timeout: 60_000 }, () => {
  test("finds the last bandwidth for which there is a path, and a cheapest path that has it", () => {
    fc.assert(
      fc.property(worlds(ROUTED), (world) => {
        if (world.hosts[0]?.node === world.hosts[1]?.node) return;
        const found = widest(world);
        const rates = Array.from({ length: MOST }, (_, index) => MOST - index);
        const best = rates.find((rate) => solutionsOf(atRate(world, rate)).length > 0);
        expect(found?.bandwidth).toBe(best);
        if (best === undefined) return;
        const costs = solutionsOf(atRate(world, best)).map(({ cost }) => cost);
        expect(found?.plan.cost).toBe(Math.min(...costs));
      }),
      { numRuns: 60 },
    );
  });
});

function widest(world: World): WidestPath | undefined {
  const { topology, ledger, linkState, request } = pathSettingOf(world);
  return widestPath(topology, ledger, linkState, request).unwrapOr(undefined);
}

/** The world with all rates the same; nobody may flood more than that. */
function atRate(world: World, rate: number): World {
  const { floodAllowance } = world.request;
  return {
    ...world,
    hosts: world.hosts.map((host) => ({ ...host, rate })),
    request: {
      ...world.request,
      bandwidth: rate,
      floodAllowance: floodAllowance === undefined ? undefined : Math.min(floodAllowance, rate),
    },
  };
}
