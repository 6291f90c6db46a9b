import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Conflict, conflictOf } from "../../../src/pce/tree/conflict.ts";
import type { TreeProblem } from "../../../src/pce/tree/tree-problem.ts";
import { type Solution, solutionOf, solutionsOf } from "../brute-force.ts";
import { type World, worlds } from "../worlds.ts";
import { GROUPS, idsOf, problemOf, ROUTED, treesOf, worldLinks } from "./tree-worlds.ts";

describe("conflictOf", { timeout: 60_000 }, () => {
  test("names what no tree that fits has, for each tree that does not fit", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(ROUTED)), (world) => {
        const problem = problemOf(world);
        if (problem === undefined) return;
        const solutions = solutionsOf(world);
        for (const links of treesOf(problem)) {
          const conflict = conflictOf(problem, links);
          const isFine = solutionOf(world, worldLinks(world, problem, links)) !== undefined;
          expect(conflict === undefined).toBe(isFine);
          if (conflict === undefined) continue;
          const meeting = solutions.filter((solution) => has(world, problem, conflict, solution));
          expect(meeting).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("names links of the tree, and not all of it if fewer are in the way", () => {
    const sizes = new Set<number>();
    fc.assert(
      fc.property(worlds(GROUPS), (world) => {
        const problem = problemOf(world);
        if (problem === undefined) return;
        for (const links of treesOf(problem)) {
          const conflict = conflictOf(problem, links);
          if (conflict === undefined || conflict.type === "dead-end") continue;
          expect(links).toEqual(expect.arrayContaining([...conflict.links]));
          sizes.add(links.length - conflict.links.length);
        }
      }),
      { numRuns: 100 },
    );
    expect(Math.max(...sizes)).toBeGreaterThan(0);
  });
});

/** Whether a tree that fits is what the conflict says that none is. */
function has(world: World, problem: TreeProblem, conflict: Conflict, tree: Solution): boolean {
  if (conflict.type !== "dead-end") {
    return idsOf(problem, conflict.links).every((id) => tree.links.includes(id));
  }
  const node = problem.graph.nodeIds[conflict.node];
  const own = world.links.filter(
    ({ id, a, b }) => tree.links.includes(id) && (a === node || b === node),
  );
  const [only] = own;
  return own.length === 1 && only?.id === problem.graph.linkIds[conflict.link];
}
