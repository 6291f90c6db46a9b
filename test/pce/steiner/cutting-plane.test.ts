import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SearchState } from "../../../src/pce/steiner/branch-and-bound.ts";
import { CutProgram } from "../../../src/pce/steiner/cut-program.ts";
import { CutSeparation } from "../../../src/pce/steiner/cut-separation.ts";
import { CuttingPlane } from "../../../src/pce/steiner/cutting-plane.ts";
import { dijkstraSteiner } from "../../../src/pce/steiner/dijkstra-steiner.ts";
import { costOfEdges } from "../../../src/pce/steiner/edge-tree.ts";
import { Effort } from "../../../src/pce/steiner/effort.ts";
import { Incumbent } from "../../../src/pce/steiner/incumbent.ts";
import { EdgeHistory, type Instance, wholeInstance } from "../../../src/pce/steiner/instance.ts";
import { heuristicTree } from "../../../src/pce/steiner/polish.ts";
import { randomNumbers } from "../../../src/pce/steiner/random.ts";
import { problemGraph, type SteinerGraph } from "../../../src/pce/steiner/steiner-graph.ts";
import { sparseProblems } from "./problems.ts";

describe("a program of covering", () => {
  test("takes what covers its rows, at the cost that its prices prove to be the least", () => {
    fc.assert(
      fc.property(coverings(), ({ costs, batches }) => {
        const program = new CutProgram(Float64Array.from(costs));
        const rows: number[][] = [];
        for (const batch of batches) {
          rows.push(...batch);
          let missing: readonly (readonly number[])[] = batch;
          while (missing.length > 0) {
            program.dropSlackRows(1e-6);
            for (const row of missing) program.addRow(Int32Array.from(row));
            expect(program.solve(() => false)).toBe(true);
            missing = rows.filter((row) => sumOf(row, program.taken) < 1 - 1e-6);
          }
          const priced = program.pricedRows();
          const value = priced.reduce((sum, { price }) => sum + price, 0);
          const cost = costs.reduce((sum, one, at) => sum + one * (program.taken[at] ?? 0), 0);
          expect(value).toBeCloseTo(cost, 6);
          for (const [column, most] of costs.entries()) {
            const its = priced.filter(({ columns }) => columns.includes(column));
            const paid = its.reduce((sum, { price }) => sum + price, 0);
            expect(paid).toBeLessThanOrEqual(most + 1e-6);
          }
          expect(Math.min(...program.taken)).toBeGreaterThan(-1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the cutting planes of a Steiner tree problem", () => {
  test("are violated, and there are some as long as not every terminal can be reached", () => {
    const parts = fc.array(fc.constantFrom(0, 0, 0.25, 0.5, 1), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sparseProblems(12), parts, (problem, some) => {
        const { graph } = problemGraph(problem);
        const root = graph.terminals[0] ?? 0;
        const taken = graph.slotCosts.map((_, slot) => some[slot % some.length] ?? 0);
        const cuts = new CutSeparation(graph, root).violated(
          { taken, reduced: graph.slotCosts },
          { first: 0, most: 100, least: 1e-6 },
        );
        // Nested cuts are violated only once those before them are satisfied; the first is in any case.
        const [first] = cuts;
        if (first === undefined) expect(isEachEntered(graph, root, taken)).toBe(true);
        else expect(sumOf([...first], taken)).toBeLessThan(1);
        for (const cut of cuts) expect(separates(graph, root, cut)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("bound a minimum tree from below, whatever tree is known", () => {
    let count = 0;
    fc.assert(
      fc.property(sparseProblems(28), (problem) => {
        const { graph } = problemGraph(problem);
        const { state, whole } = settingOf(graph);
        // Poor trees bar little, and leave much between them and the bound.
        const dearest = graph.costs.map((cost) => 1 / cost);
        const { incumbent } = state;
        incumbent.offer(whole, heuristicTree(graph, graph.terminals[0] ?? 0, dearest) ?? []);
        const minimum = minimumOf(whole);
        const planes = new CuttingPlane({ instance: whole, lowerBound: 0 }, state);
        for (let step = 0; step < 200 && !planes.isDone; step++) {
          planes.bound();
          if (incumbent.cost > minimum + 1e-9) {
            expect(planes.lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
            count++;
          }
          planes.step(2_000);
        }
      }),
      { numRuns: 400 },
    );
    expect(count).toBeGreaterThan(200);
  });

  test("bound a minimum tree from below, and keep one that is cheaper than the best", () => {
    let proved = 0;
    fc.assert(
      fc.property(sparseProblems(28), (problem) => {
        const { graph } = problemGraph(problem);
        const { state, whole } = settingOf(graph);
        const { incumbent } = state;
        incumbent.offer(whole, heuristicTree(graph, graph.terminals[0] ?? 0) ?? []);
        const minimum = minimumOf(whole);
        const planes = new CuttingPlane({ instance: whole, lowerBound: 0 }, state);
        for (let step = 0; step < 200 && !planes.isDone; step++) planes.step(1e6);
        expect(planes.isDone).toBe(true);
        expect(incumbent.cost).toBeGreaterThanOrEqual(minimum - 1e-9);
        if (planes.lowerBound >= incumbent.target) {
          expect(incumbent.cost).toBeCloseTo(minimum, 9);
          proved++;
          return;
        }
        expect(planes.lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
        if (incumbent.cost > minimum + 1e-9) {
          expect(minimumOf(planes.left())).toBeCloseTo(minimum, 9);
        }
      }),
      { numRuns: 400 },
    );
    expect(proved).toBeGreaterThan(350);
  });
});

/** Columns by cost, and rows of them in batches. */
function coverings(): fc.Arbitrary<{ costs: number[]; batches: number[][][] }> {
  return fc.array(fc.nat(9), { minLength: 1, maxLength: 25 }).chain((costs) => {
    const row = fc.uniqueArray(fc.nat(costs.length - 1), { minLength: 1, maxLength: 8 });
    const batches = fc.array(fc.array(row, { maxLength: 40 }), { minLength: 1, maxLength: 4 });
    return fc.record({ costs: fc.constant(costs), batches });
  });
}

function sumOf(columns: readonly number[], taken: Float64Array): number {
  return columns.reduce((sum, column) => sum + (taken[column] ?? 0), 0);
}

/** Whether as much as one can flow from the root to each terminal, by augmenting paths on a matrix. */
function isEachEntered(graph: SteinerGraph, root: number, taken: Float64Array): boolean {
  return [...graph.terminals].every((terminal) => {
    if (terminal === root) return true;
    const left = Array.from({ length: graph.nodeCount }, () => new Float64Array(graph.nodeCount));
    for (const [node, slots] of slotsByNode(graph)) {
      for (const slot of slots) {
        const row = left[graph.heads[slot] ?? 0];
        if (row !== undefined) row[node] = (row[node] ?? 0) + (taken[slot] ?? 0);
      }
    }
    let flow = 0;
    for (let path = pathIn(left, root, terminal); path; path = pathIn(left, root, terminal)) {
      const most = Math.min(...path.map(([x, y]) => left[x]?.[y] ?? 0));
      for (const [x, y] of path) {
        const [there, back] = [left[x], left[y]];
        if (there !== undefined) there[y] = (there[y] ?? 0) - most;
        if (back !== undefined) back[x] = (back[x] ?? 0) + most;
      }
      flow += most;
    }
    return flow >= 1 - 1e-6;
  });
}

type Step = readonly [number, number];

function pathIn(
  left: readonly Float64Array[],
  from: number,
  to: number,
): readonly Step[] | undefined {
  const before = new Map([[from, -1]]);
  for (const [node] of before) {
    for (const [next, amount] of (left[node] ?? new Float64Array(0)).entries()) {
      if (amount > 1e-9 && !before.has(next)) before.set(next, node);
    }
  }
  if (!before.has(to)) return undefined;
  const path: Step[] = [];
  for (let node = to; node !== from; node = before.get(node) ?? from) {
    path.push([before.get(node) ?? from, node]);
  }
  return path;
}

function* slotsByNode({
  nodeCount,
  offsets,
}: SteinerGraph): Generator<readonly [number, number[]]> {
  for (let node = 0; node < nodeCount; node++) {
    const [start, end] = [offsets[node] ?? 0, offsets[node + 1] ?? 0];
    yield [node, Array.from({ length: end - start }, (_, at) => start + at)];
  }
}

/** Whether without the arcs of `cut` some terminal cannot be reached from the root. */
function separates(graph: SteinerGraph, root: number, cut: Int32Array): boolean {
  const isCut = new Set(cut);
  const left = Array.from({ length: graph.nodeCount }, () => new Float64Array(graph.nodeCount));
  for (const [node, slots] of slotsByNode(graph)) {
    for (const slot of slots) {
      const row = left[graph.heads[slot] ?? 0];
      if (row !== undefined && !isCut.has(slot)) row[node] = 1;
    }
  }
  return [...graph.terminals].some((node) => node !== root && !pathIn(left, root, node));
}

function settingOf(graph: SteinerGraph): { state: SearchState; whole: Instance } {
  const history = new EdgeHistory(graph.edgeCount);
  const incumbent = new Incumbent(graph, history);
  const state = { history, incumbent, effort: unlimited(), random: randomNumbers(5) };
  return { state, whole: wholeInstance(graph) };
}

function minimumOf({ graph, fixedCost }: Instance): number {
  if (graph.terminals.length < 2) return fixedCost;
  const { edges } = dijkstraSteiner(graph, Number.POSITIVE_INFINITY, unlimited());
  return edges === undefined ? Number.POSITIVE_INFINITY : fixedCost + costOfEdges(graph, edges);
}

function unlimited(): Effort {
  return new Effort({ isSpent: () => false });
}
