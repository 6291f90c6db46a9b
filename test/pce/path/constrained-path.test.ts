import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planNetwork } from "../../../src/pce/index.ts";
import { solutionOf, solutionsOf } from "../brute-force.ts";
import { settingOf, type World, type WorldShape, worlds } from "../worlds.ts";

const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 8, isRouted: true };

describe("a path under every constraint", { timeout: 60_000 }, () => {
  test("is found whenever there is one, and is a cheapest one", () => {
    fc.assert(
      fc.property(worlds(ROUTED), (world) => {
        const costs = solutionsOf(world).map(({ cost }) => cost);
        const { topology, ledger, linkState, request } = settingOf(world);
        const planned = planNetwork(topology, ledger, linkState, request);
        expect(planned.isOk()).toBe(costs.length > 0);
        if (planned.isErr()) return;
        expect(planned.value.cost).toBe(Math.min(...costs));
        const links = planned.value.links.map(({ link }) => String(link));
        expect(solutionOf(world, linksOf(world, links))?.vlans).toContain(planned.value.vlan);
      }),
      { numRuns: 300 },
    );
  });
});

function linksOf(world: World, ids: readonly string[]): World["links"] {
  return world.links.filter(({ id }) => ids.includes(id));
}
