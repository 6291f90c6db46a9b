import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Annealing } from "../../../src/pce/steiner/annealing.ts";
import {
  costOfEdges,
  improvedTree,
  isTree,
  spanningTree,
} from "../../../src/pce/steiner/edge-tree.ts";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { heuristicTree } from "../../../src/pce/steiner/polish.ts";
import { randomNumbers } from "../../../src/pce/steiner/random.ts";
import { problemGraph, type SteinerGraph } from "../../../src/pce/steiner/steiner-graph.ts";
import { VertexTree } from "../../../src/pce/steiner/vertex-tree.ts";
import { minimumCost, sparseProblems } from "./problems.ts";

const ROOM = Number.POSITIVE_INFINITY;

test("a tree that nodes enter and leave is a cheapest one on its nodes, and knows its cost", () => {
  fc.assert(
    fc.property(sparseProblems(20), fc.array(fc.nat(19), { maxLength: 40 }), (problem, moves) => {
      const { graph } = problemGraph(problem);
      const tree = new VertexTree(graph, heuristicTree(graph, graph.terminals[0] ?? 0) ?? []);
      for (const move of moves) {
        const node = move % graph.nodeCount;
        if (graph.isTerminal[node]) continue;
        if (tree.has(node)) tree.remove(node, ROOM);
        else tree.insert(node, ROOM);
        const edges = tree.edgesOf();
        expect(costOfEdges(graph, edges)).toBeCloseTo(tree.cost, 9);
        const pruned = costOfEdges(graph, improvedTree(graph, edges));
        expect(pruned).toBeLessThanOrEqual(tree.cost + 1e-9);
        for (const inside of tree.inside) expect(tree.has(inside)).toBe(true);
        expect(edges.length).toBe(tree.inside.length + graph.terminals.length - 1);
      }
    }),
    { numRuns: 300 },
  );
});

/** What a cheapest tree on `nodes` costs; infinity if there is none. */
function costOn(graph: SteinerGraph, nodes: ReadonlySet<number>): number {
  const among = [...graph.costs.keys()].filter(
    (edge) => nodes.has(graph.a[edge] ?? 0) && nodes.has(graph.b[edge] ?? 0),
  );
  const tree = spanningTree(graph, among);
  return tree.length === nodes.size - 1 ? costOfEdges(graph, tree) : ROOM;
}

test("a node enters or leaves a tree just when a cheapest tree with the change costs no more than allowed", () => {
  const moves = fc.array(fc.tuple(fc.nat(11), fc.integer({ min: -4, max: 12 })), { maxLength: 40 });
  fc.assert(
    fc.property(sparseProblems(12), moves, (problem, drawn) => {
      const { graph } = problemGraph(problem);
      const first = heuristicTree(graph, graph.terminals[0] ?? 0) ?? [];
      const tree = new VertexTree(graph, improvedTree(graph, first));
      for (const [move, allowed] of drawn) {
        const node = move % graph.nodeCount;
        if (graph.isTerminal[node]) continue;
        const isInside = tree.has(node);
        const nodes = new Set([...graph.terminals, ...tree.inside]);
        if (isInside) nodes.delete(node);
        else nodes.add(node);
        const more = costOn(graph, nodes) - tree.cost;
        // Between whole costs, so that rounding decides nothing.
        const slack = allowed + 0.25;
        const isDone = isInside ? tree.remove(node, slack) : tree.insert(node, slack);
        expect(isDone).toBe(more <= slack);
        if (isDone) expect(tree.cost).toBeCloseTo(costOn(graph, nodes), 9);
      }
    }),
    { numRuns: 300 },
  );
});

test("annealing gives trees, none cheaper than a minimum, the same for the same random numbers", () => {
  fc.assert(
    fc.property(sparseProblems(10), (problem) => {
      const { graph } = problemGraph(problem);
      const first = heuristicTree(graph, graph.terminals[0] ?? 0) ?? [];
      const [one, other] = [1, 1].map((seed) => {
        const annealing = new Annealing(graph, first, randomNumbers(seed));
        annealing.run(new Effort({ isSpent: () => false }, 50_000));
        return annealing.edges();
      });
      expect(one).toEqual(other);
      expect(isTree(graph, one ?? [])).toBe(true);
      const cost = costOfEdges(graph, one ?? []);
      expect(cost).toBeLessThanOrEqual(costOfEdges(graph, first) + 1e-9);
      expect(cost).toBeGreaterThanOrEqual(minimumCost(problem) - 1e-9);
    }),
    { numRuns: 60 },
  );
});
