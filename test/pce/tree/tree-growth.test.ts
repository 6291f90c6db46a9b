import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { growthProblem } from "../../../src/pce/tree/growth-problem.ts";
import { grownTree } from "../../../src/pce/tree/tree-growth.ts";
import { solutionsOf } from "../brute-force.ts";
import { type World, worlds } from "../worlds.ts";
import { GROUPS, idsOf, problemOf, ROUTED } from "./tree-worlds.ts";

describe("grownTree", { timeout: 60_000 }, () => {
  test("finds a tree of the least value just where there is a tree", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(ROUTED)), (world) => {
        const problem = problemOf(world);
        const solutions = solutionsOf(world);
        if (problem === undefined) {
          expect(solutions).toEqual([]);
          return;
        }
        const { best, isComplete } = grownTree(growthProblem(problem), new Effort(ENDLESS));
        expect(isComplete).toBe(true);
        expect(best !== undefined).toBe(solutions.length > 0);
        if (best === undefined) return;
        const values = solutions.map(({ reserved }) => reserved);
        expect(best.value).toBe(Math.min(...values));
        const found = solutions.find(({ links }) => same(links, idsOf(problem, best.links)));
        expect(found?.reserved).toBe(best.value);
      }),
      { numRuns: 400 },
    );
  });

  test("grows the tree that is kept, and only that", () => {
    fc.assert(
      fc.property(worlds(GROUPS), fc.nat(), (world, seed) => {
        const trees = solutionsOf(fewerHosts(world));
        const kept = trees[seed % Math.max(1, trees.length)];
        const label = kept?.vlans[0];
        if (kept === undefined || label === undefined) return;
        const labels = new Map(kept.links.map((link) => [link, label]));
        const problem = problemOf(world, labels);
        const solutions = solutionsOf(world, labels);
        if (problem === undefined) {
          expect(solutions).toEqual([]);
          return;
        }
        const { best } = grownTree(growthProblem(problem), new Effort(ENDLESS));
        const values = solutions.map(({ reserved }) => reserved);
        expect(best?.value ?? Number.POSITIVE_INFINITY).toBe(Math.min(...values));
      }),
      { numRuns: 200 },
    );
  });

  test("says when its effort was not enough to be sure", () => {
    fc.assert(
      fc.property(worlds(GROUPS), fc.nat(60), (world, work) => {
        const problem = problemOf(world);
        if (problem === undefined) return;
        const { best, isComplete } = grownTree(growthProblem(problem), new Effort(ENDLESS, work));
        const values = solutionsOf(world).map(({ reserved }) => reserved);
        if (best !== undefined) expect(values).toContain(best.value);
        if (isComplete) {
          expect(best?.value ?? Number.POSITIVE_INFINITY).toBe(Math.min(...values));
        }
      }),
      { numRuns: 200 },
    );
  });
});

const ENDLESS = { isSpent: () => false };

function fewerHosts(world: World): World {
  return { ...world, hosts: world.hosts.slice(0, -1) };
}

function same(links: readonly string[], others: readonly string[]): boolean {
  return links.length === others.length && links.every((link) => others.includes(link));
}
