import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BranchAndBound, type SearchState } from "../../../src/pce/steiner/branch-and-bound.ts";
import { dijkstraSteiner } from "../../../src/pce/steiner/dijkstra-steiner.ts";
import { dualAscent } from "../../../src/pce/steiner/dual-ascent.ts";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { Incumbent } from "../../../src/pce/steiner/incumbent.ts";
import { EdgeHistory, type Instance, wholeInstance } from "../../../src/pce/steiner/instance.ts";
import { MultiStart } from "../../../src/pce/steiner/multi-start.ts";
import { heuristicTree, polished } from "../../../src/pce/steiner/polish.ts";
import { preprocessed } from "../../../src/pce/steiner/preprocess.ts";
import { randomNumbers } from "../../../src/pce/steiner/random.ts";
import { solveSteiner } from "../../../src/pce/steiner/solve-steiner.ts";
import {
  problemGraph,
  type SteinerGraph,
  type SteinerProblem,
} from "../../../src/pce/steiner/steiner-graph.ts";
import { faultOf, minimumCost, problems } from "./problems.ts";

const SMALL = problems({ nodes: 9, links: 24 });

describe("the parts of the Steiner tree search", () => {
  test("the exact search alone finds the minimum", () => {
    connected(({ graph, minimum }) => {
      const { edges } = dijkstraSteiner(graph, Number.POSITIVE_INFINITY, unlimited());
      expect(edges && costIn(graph, edges)).toBeCloseTo(minimum, 9);
    });
  });

  test("a dual ascent from any terminal is no more than the minimum", () => {
    connected(({ graph, minimum }) => {
      for (const root of graph.terminals) {
        const { lowerBound } = dualAscent(graph, root, unlimited());
        expect(lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
      }
    });
  });

  test("reductions keep a minimum tree, and lead back to the links it had", () => {
    connected(({ problem, graph, links, minimum, state, whole }) => {
      const { instance, lowerBound } = preprocessed({ instance: whole, lowerBound: 0 }, state);
      expect(lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
      const left = instance.graph;
      const { edges } =
        left.terminals.length < 2
          ? { edges: [] }
          : dijkstraSteiner(left, Number.POSITIVE_INFINITY, unlimited());
      if (lowerBound < minimum - 1e-9) {
        const cost = instance.fixedCost + costIn(left, edges ?? []);
        expect(cost).toBeCloseTo(minimum, 9);
        const back = state.history.expanded(instance, edges ?? []);
        expect(costIn(graph, back)).toBeCloseTo(cost, 9);
        expect(
          faultOf(
            problem,
            back.map((edge) => links[edge] ?? 0),
            cost,
          ),
        ).toBeUndefined();
      }
    });
  });

  test("branch and bound alone ends with the minimum, and its bound never passes it", () => {
    connected(({ minimum, state, whole }) => {
      const bounding = new BranchAndBound(whole, 0, state);
      while (!bounding.isDone) {
        bounding.step();
        expect(bounding.lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
      }
      expect(state.incumbent.cost).toBeCloseTo(minimum, 9);
    });
  });

  test("local search from many starts only ever finds trees", () => {
    connected(({ problem, links, minimum, state, whole }) => {
      const starts = new MultiStart(whole, state);
      for (let step = 0; step < 4; step++) starts.step();
      const { edges, cost } = state.incumbent;
      expect(
        faultOf(
          problem,
          edges.map((edge) => links[edge] ?? 0),
          cost,
        ),
      ).toBeUndefined();
      expect(cost).toBeGreaterThanOrEqual(minimum - 1e-9);
    });
  });
});

test("equal problems, seeds and amounts of work give equal trees", () => {
  const large = problems({ nodes: 40, links: 120 });
  fc.assert(
    fc.property(large, fc.nat(20_000), (problem, work) => {
      const options = { work, seed: 5 };
      expect(solveSteiner(problem, options)).toEqual(solveSteiner(problem, options));
    }),
    { numRuns: 100 },
  );
});

test("one terminal needs no link, and two need a cheapest path", () => {
  const path = { nodeCount: 3, a: [0, 1, 0], b: [1, 2, 2], costs: [1, 1, 3] };
  expect(solveSteiner({ ...path, terminals: [1] })).toMatchObject({ links: [], isOptimal: true });
  expect(solveSteiner({ ...path, terminals: [0, 2] })).toEqual({
    links: [0, 1],
    cost: 2,
    lowerBound: 2,
    isOptimal: true,
  });
});

test("where a tree costs nothing, local search ends", () => {
  const free = { nodeCount: 3, a: [1, 0], b: [2, 1], costs: [0, 0], terminals: [0, 1] };
  const { graph } = problemGraph(free);
  expect(polished(graph, [1], unlimited())).toEqual([1]);
});

/** A problem that has a tree, and all that its parts are searched with. */
interface Setting {
  readonly problem: SteinerProblem;
  readonly graph: SteinerGraph;
  readonly links: Int32Array;
  readonly minimum: number;
  readonly state: SearchState;
  readonly whole: Instance;
}

function connected(check: (setting: Setting) => void): void {
  fc.assert(
    fc.property(SMALL, (problem) => {
      const minimum = minimumCost(problem);
      if (problem.terminals.length < 2 || minimum === Number.POSITIVE_INFINITY) return;
      const { graph, links } = problemGraph(problem);
      const history = new EdgeHistory(graph.edgeCount);
      const incumbent = new Incumbent(graph, history);
      const whole = wholeInstance(graph);
      incumbent.offer(whole, heuristicTree(graph, graph.terminals[0] ?? 0) ?? []);
      const state: SearchState = {
        history,
        incumbent,
        effort: unlimited(),
        random: randomNumbers(7),
      };
      check({ problem, graph, links, minimum, state, whole });
    }),
    { numRuns: 400 },
  );
}

function unlimited(): Effort {
  return new Effort({ isSpent: () => false });
}

function costIn(graph: SteinerGraph, edges: readonly number[]): number {
  return edges.reduce((cost, edge) => cost + (graph.costs[edge] ?? 0), 0);
}
