import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metricOf } from "../../../src/pce/graph/graph.ts";
import { allTrees } from "../../../src/pce/tree/all-trees.ts";
import { centreTree, leastDiameter } from "../../../src/pce/tree/centre.ts";
import { longest } from "../../../src/pce/tree/tree.ts";
import type { TreeProblem } from "../../../src/pce/tree/tree-problem.ts";
import { worlds } from "../worlds.ts";
import { GROUPS, problemOf } from "./tree-worlds.ts";

describe("the centre of endpoints", () => {
  test("is half as far from the farthest as the best of all trees is wide, and the tree around it is as wide", () => {
    fc.assert(
      fc.property(worlds(GROUPS), fc.boolean(), (world, isInHops) => {
        const problem = problemOf(world);
        if (problem === undefined) return;
        const { graph, ends, costs } = problem;
        const nodes = [...ends.terminals.keys()];
        const lengths = costs.map((cost, link) =>
          cost === Number.POSITIVE_INFINITY ? cost : isInHops ? 1 : metricOf(graph, link),
        );
        const width = (links: readonly number[]): number =>
          longest(graph, links, nodes, (link) => lengths[link] ?? 0);
        const least = Math.min(...openTrees(problem, nodes).map(width));
        expect(leastDiameter(graph, lengths, nodes)).toBe(least);
        if (nodes.length < 2) return;
        const tree = centreTree(graph, lengths, { ends: nodes, needed: nodes });
        expect(tree === undefined ? Number.POSITIVE_INFINITY : width(tree)).toBe(least);
      }),
      { numRuns: 300 },
    );
  });
});

/** All trees of open links that join `nodes`. */
function openTrees(
  { graph, costs }: TreeProblem,
  nodes: readonly number[],
): readonly (readonly number[])[] {
  const isOpen = (link: number): boolean => (costs[link] ?? 0) < Number.POSITIVE_INFINITY;
  return [...allTrees({ graph, terminals: nodes, kept: [], isOpen })];
}
