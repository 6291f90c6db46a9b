import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { exchanged } from "../../../src/pce/tree/path-exchange.ts";
import { type Candidate, evaluated, fits, isLower } from "../../../src/pce/tree/tree-candidate.ts";
import { type TreeProblem, withGiven } from "../../../src/pce/tree/tree-problem.ts";
import { solutionOf } from "../brute-force.ts";
import { type WorldShape, worlds } from "../worlds.ts";
import { GROUPS, problemOf, ROUTED, treesOf, worldLinks } from "./tree-worlds.ts";

/** Plenty of everything but bandwidth. */
const PLAIN: WorldShape = { hosts: { min: 3, max: 5 }, maxLinks: 10, isPlain: true };

describe("exchanged", { timeout: 60_000 }, () => {
  test("gives a tree that joins all and is never worse than the one it began with", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(ROUTED)), fc.nat(), (world, seed) => {
        const problem = problemOf(world);
        const start = problem && someTree(problem, seed);
        if (problem === undefined || start === undefined) return;
        const better = improved(problem, start);
        expect(isLower(start, better)).toBe(false);
        expect(evaluated(problem.scene, problem.ends, better.links)).toEqual(better);
        if (!fits(better)) return;
        const found = solutionOf(world, worldLinks(world, problem, better.links));
        expect(found?.reserved).toBe(better.value);
      }),
      { numRuns: 300 },
    );
  });

  test("leaves nothing that the exchange of one link for another would make better", () => {
    fc.assert(
      fc.property(worlds(PLAIN), fc.nat(), (world, seed) => {
        const problem = problemOf(world);
        const start = problem && someTree(problem, seed);
        if (problem === undefined || start === undefined) return;
        const better = improved(problem, start);
        if (!fits(better)) return;
        const tree = worldLinks(world, problem, better.links);
        for (const out of tree) {
          for (const into of world.links.filter((link) => !tree.includes(link))) {
            const swapped = [...tree.filter((link) => link !== out), into];
            const other = solutionOf(world, inOrder(swapped));
            expect(other?.reserved ?? better.value).toBeGreaterThanOrEqual(better.value);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("makes no exchange when its effort is spent", () => {
    fc.assert(
      fc.property(worlds(PLAIN), fc.nat(), (world, seed) => {
        const problem = problemOf(world);
        const start = problem && someTree(problem, seed);
        if (problem === undefined || start === undefined) return;
        expect(improved(problem, start, 0)).toEqual(start);
      }),
      { numRuns: 30 },
    );
  });
});

function someTree(problem: TreeProblem, seed: number): Candidate | undefined {
  const trees = treesOf(problem);
  const links = trees[seed % Math.max(1, trees.length)];
  return links && evaluated(problem.scene, problem.ends, links);
}

function improved(problem: TreeProblem, start: Candidate, work?: number): Candidate {
  const costs = withGiven(problem, problem.costs);
  const effort = new Effort({ isSpent: () => false }, work);
  return exchanged({ problem, always: problem.given, costs }, start, effort);
}

function inOrder<T extends { readonly id: string }>(links: readonly T[]): readonly T[] {
  return links.toSorted((x, y) => (x.id < y.id ? -1 : 1));
}
