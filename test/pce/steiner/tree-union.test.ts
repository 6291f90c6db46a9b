import * as fc from "fast-check";
import { expect, test } from "vitest";
import { costOfEdges, isTree } from "../../../src/pce/steiner/edge-tree.ts";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { heuristicTree } from "../../../src/pce/steiner/polish.ts";
import { problemGraph, type SteinerGraph } from "../../../src/pce/steiner/steiner-graph.ts";
import { TreeUnion } from "../../../src/pce/steiner/tree-union.ts";
import { minimumCost, problems, sparseProblems } from "./problems.ts";

const ROOM = Number.POSITIVE_INFINITY;

test("the cheapest tree among all edges is a minimum tree", () => {
  fc.assert(
    fc.property(fc.oneof(sparseProblems(10), problems({ nodes: 8, links: 20 })), (problem) => {
      const minimum = minimumCost(problem);
      if (problem.terminals.length < 2 || minimum === Number.POSITIVE_INFINITY) return;
      const { graph } = problemGraph(problem);
      const union = new TreeUnion(graph, ROOM, unlimited());
      expect(union.add([...graph.costs.keys()])).toBe(true);
      const tree = union.cheapest() ?? [];
      expect(isTree(graph, tree)).toBe(true);
      expect(costOfEdges(graph, tree)).toBeCloseTo(minimum, 9);
    }),
    { numRuns: 600 },
  );
});

test("trees merged are no dearer than any of them, and have no other edges", () => {
  fc.assert(
    fc.property(sparseProblems(40), (problem) => {
      const { graph } = problemGraph(problem);
      const trees = Array.from(graph.terminals, (start) => heuristicTree(graph, start) ?? []);
      const union = new TreeUnion(graph, 2_000, unlimited());
      const taken = trees.filter((tree) => union.add(tree));
      const merged = union.cheapest() ?? [];
      expect(isTree(graph, merged)).toBe(true);
      for (const tree of taken) {
        expect(costOfEdges(graph, merged)).toBeLessThanOrEqual(costOfEdges(graph, tree) + 1e-9);
      }
      const all = new Set(taken.flat());
      expect(merged.every((edge) => all.has(edge))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("edges that make too wide a graph are refused, and what was there before is kept", () => {
  const graph = completeGraph(12);
  const union = new TreeUnion(graph, ROOM, unlimited());
  const path = [...graph.costs.keys()].filter(
    (edge) => (graph.b[edge] ?? 0) === (graph.a[edge] ?? 0) + 1,
  );
  expect(union.add(path)).toBe(true);
  expect(union.add([...graph.costs.keys()])).toBe(false);
  expect(union.cheapest()).toEqual(path);
});

/** All nodes are terminals; an edge costs 1. */
function completeGraph(nodeCount: number): SteinerGraph {
  const nodes = [...Array(nodeCount).keys()];
  const pairs = nodes.flatMap((a) => nodes.slice(a + 1).map((b) => [a, b] as const));
  return problemGraph({
    nodeCount,
    a: pairs.map(([a]) => a),
    b: pairs.map(([, b]) => b),
    costs: pairs.map(() => 1),
    terminals: nodes,
  }).graph;
}

function unlimited(): Effort {
  return new Effort({ isSpent: () => false });
}
