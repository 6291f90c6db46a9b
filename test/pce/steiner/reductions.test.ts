import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ascentBound } from "../../../src/pce/steiner/bound-test.ts";
import type { SearchState } from "../../../src/pce/steiner/branch-and-bound.ts";
import { DeeperReduction } from "../../../src/pce/steiner/deeper-reduction.ts";
import { dijkstraSteiner } from "../../../src/pce/steiner/dijkstra-steiner.ts";
import { dualAscent } from "../../../src/pce/steiner/dual-ascent.ts";
import { costOfEdges } from "../../../src/pce/steiner/edge-tree.ts";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { excluded } from "../../../src/pce/steiner/extended-reduction.ts";
import { Incumbent } from "../../../src/pce/steiner/incumbent.ts";
import { EdgeHistory, type Instance, wholeInstance } from "../../../src/pce/steiner/instance.ts";
import { withoutFewEdgedNodes } from "../../../src/pce/steiner/node-elimination.ts";
import { heuristicTree } from "../../../src/pce/steiner/polish.ts";
import { randomNumbers } from "../../../src/pce/steiner/random.ts";
import { longEdges } from "../../../src/pce/steiner/special-distance.ts";
import { problemGraph, type SteinerGraph } from "../../../src/pce/steiner/steiner-graph.ts";
import { WorkingGraph } from "../../../src/pce/steiner/working-graph.ts";
import { minimumCost, sparseProblems } from "./problems.ts";

/** Each reduction alone keeps a minimum tree; what it leaves is solved by the exact search. */
describe("reductions", () => {
  test("edges longer than a special distance are in no minimum tree", () => {
    everywhere(({ graph, whole, history, minimum }) => {
      const left = new WorkingGraph(whole, history);
      for (const edge of longEdges(graph, unlimited())) left.removeEdge(edge);
      left.settleAll();
      expect(minimumOf(left.compiled())).toBeCloseTo(minimum, 9);
    });
  });

  test("nodes of few edges make room for the ways through them", () => {
    everywhere(({ graph, whole, history, minimum }) => {
      const left = withoutFewEdgedNodes(whole, history, unlimited());
      expect(minimumOf(left)).toBeCloseTo(minimum, 9);
      const back = history.expanded(left, minimumTree(left) ?? []);
      expect(costOfEdges(graph, [...new Set(back)])).toBeCloseTo(minimum, 9);
    });
  });

  test("what extension excludes is not needed for a minimum tree", () => {
    let count = 0;
    everywhere(({ graph, whole, history, minimum }) => {
      const bounds = Array.from(graph.terminals.subarray(0, 3), (root) =>
        ascentBound(graph, dualAscent(graph, root, unlimited())),
      );
      const { edges, nodes } = excluded(graph, bounds, minimum + 1e-6, unlimited());
      count += edges.length + nodes.length;
      const left = new WorkingGraph(whole, history);
      for (const edge of edges) left.removeEdge(edge);
      for (const node of nodes) {
        const star = left.star(node, 4);
        if (star !== undefined) left.bypassAll(star, () => false, 4);
      }
      left.settleAll();
      expect(minimumOf(left.compiled())).toBeCloseTo(minimum, 9);
    });
    expect(count).toBeGreaterThan(1_000);
  });

  test("rounds of them keep a tree cheaper than the best, if there is one", () => {
    everywhere(({ graph, whole, history, minimum }) => {
      const incumbent = new Incumbent(graph, history);
      incumbent.offer(whole, heuristicTree(graph, graph.terminals[0] ?? 0) ?? []);
      const effort = unlimited();
      const state: SearchState = { history, incumbent, effort, random: randomNumbers(3) };
      const reduction = new DeeperReduction({ instance: whole, lowerBound: 0 }, state);
      while (!reduction.isDone) reduction.step();
      const { instance, lowerBound } = reduction.found;
      expect(incumbent.cost).toBeGreaterThanOrEqual(minimum - 1e-9);
      if (incumbent.cost <= minimum + 1e-9) return;
      expect(lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
      expect(minimumOf(instance)).toBeCloseTo(minimum, 9);
      incumbent.offer(instance, minimumTree(instance) ?? []);
      expect(incumbent.cost).toBeCloseTo(minimum, 9);
    });
  });
});

test("the exact search, by which reductions are judged, agrees with brute force", () => {
  fc.assert(
    fc.property(sparseProblems(10), (problem) => {
      const { graph } = problemGraph(problem);
      expect(minimumOf(wholeInstance(graph))).toBeCloseTo(minimumCost(problem), 9);
    }),
    { numRuns: 200 },
  );
});

interface Setting {
  readonly graph: SteinerGraph;
  readonly whole: Instance;
  readonly history: EdgeHistory;
  readonly minimum: number;
}

function everywhere(check: (setting: Setting) => void): void {
  fc.assert(
    fc.property(sparseProblems(28), (problem) => {
      const { graph } = problemGraph(problem);
      const whole = wholeInstance(graph);
      const history = new EdgeHistory(graph.edgeCount);
      check({ graph, whole, history, minimum: minimumOf(whole) });
    }),
    { numRuns: 400 },
  );
}

function minimumOf(instance: Instance): number {
  const tree = minimumTree(instance);
  return tree === undefined
    ? Number.POSITIVE_INFINITY
    : instance.fixedCost + costOfEdges(instance.graph, tree);
}

function minimumTree({ graph }: Instance): readonly number[] | undefined {
  if (graph.terminals.length < 2) return [];
  return dijkstraSteiner(graph, Number.POSITIVE_INFINITY, unlimited()).edges;
}

function unlimited(): Effort {
  return new Effort({ isSpent: () => false });
}
