import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kCheapestPaths, type NetworkPlan, planNetwork } from "../../../src/pce/index.ts";
import { solutionsOf } from "../brute-force.ts";
import { type PathSetting, pathSettingOf, type WorldShape, worlds } from "../worlds.ts";

const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 8, isRouted: true };
const PLAIN: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 9, isPlain: true };

describe("kCheapestPaths", { timeout: 60_000 }, () => {
  test("gives the cheapest of all paths that meet every constraint, in order", () => {
    const cases = fc.tuple(
      fc.oneof(worlds(ROUTED), worlds(PLAIN)),
      fc.integer({ min: 1, max: 12 }),
    );
    fc.assert(
      fc.property(cases, ([world, count]) => {
        const costs = solutionsOf(world).map(({ cost }) => cost);
        const cheapest = costs.sort((x, y) => x - y).slice(0, count);
        const found = pathsOf(pathSettingOf(world), count);
        expect(found.map(({ cost }) => cost)).toEqual(cheapest);
        expect(new Set(found.map(({ links }) => links.join())).size).toBe(cheapest.length);
        const valid = new Set(solutionsOf(world).map(({ links }) => links.join()));
        for (const { links } of found) expect(valid).toContain(links.join());
      }),
      { numRuns: 60 },
    );
  });

  test("gives first a path as good as what planNetwork plans, and refuses with its reasons", () => {
    fc.assert(
      fc.property(worlds(ROUTED), (world) => {
        const { topology, ledger, linkState, request } = pathSettingOf(world);
        const all = kCheapestPaths(topology, ledger, linkState, { ...request, count: 3 });
        const worthOf = (plan: NetworkPlan | undefined) => [plan?.cost, plan?.links.length];
        expect(all.map(([first]) => worthOf(first))).toEqual(
          planNetwork(topology, ledger, linkState, request).map(worthOf),
        );
      }),
      { numRuns: 60 },
    );
  });
});

interface Found {
  readonly cost: number;
  readonly links: readonly string[];
}

function pathsOf(setting: PathSetting, count: number): readonly Found[] {
  const { topology, ledger, linkState, request } = setting;
  const found = kCheapestPaths(topology, ledger, linkState, { ...request, count });
  return found.unwrapOr([]).map(({ cost, links }) => ({ cost, links: links.map((l) => l.link) }));
}
