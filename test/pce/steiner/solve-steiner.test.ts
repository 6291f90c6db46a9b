import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { solveSteiner } from "../../../src/pce/steiner/solve-steiner.ts";
import { faultOf, minimumCost, problems } from "./problems.ts";

const SMALL = problems({ nodes: 9, links: 24 });

describe("solveSteiner", () => {
  test("finds a minimum tree and proves it, or that there is none", () => {
    fc.assert(
      fc.property(SMALL, (problem) => {
        const minimum = minimumCost(problem);
        const found = solveSteiner(problem);
        expect(found === undefined).toBe(minimum === Number.POSITIVE_INFINITY);
        if (found === undefined) return;
        expect(faultOf(problem, found.links, found.cost)).toBeUndefined();
        expect(found.cost).toBeCloseTo(minimum, 9);
        expect(found.isOptimal).toBe(true);
        expect(found.lowerBound).toBe(found.cost);
      }),
      { numRuns: 1_000 },
    );
  });

  test("bounds the minimum from both sides, however early it is broken off", () => {
    fc.assert(
      fc.property(SMALL, fc.nat(40), (problem, asks) => {
        let left = asks;
        const found = solveSteiner(problem, { budget: { isSpent: () => left-- <= 0 } });
        if (found === undefined) return;
        const minimum = minimumCost(problem);
        expect(faultOf(problem, found.links, found.cost)).toBeUndefined();
        expect(found.lowerBound).toBeLessThanOrEqual(minimum + 1e-9);
        expect(found.cost).toBeGreaterThanOrEqual(minimum - 1e-9);
        expect(found.cost).toBeLessThanOrEqual(2 * minimum + 1e-9);
        if (found.isOptimal) expect(found.cost).toBeCloseTo(minimum, 9);
      }),
      { numRuns: 1_000 },
    );
  });

  test("ends with a minimum where reductions leave nothing to join", () => {
    // The bounds of its dual ascents stay at 17, and the reductions fix a tree of 18.
    const problem = {
      nodeCount: 10,
      a: [6, 7, 7, 3, 7, 8, 0, 0, 8, 6, 9, 1],
      b: [7, 8, 9, 2, 5, 9, 4, 8, 5, 4, 3, 7],
      costs: [1, 2, 2, 2, 3, 2, 1, 3, 4, 4, 2, 3],
      terminals: [0, 1, 2, 3, 4, 5],
    };
    expect(minimumCost(problem)).toBe(18);
    expect(solveSteiner(problem)).toMatchObject({ cost: 18, lowerBound: 18, isOptimal: true });
  });

  test("ends soon after its budget is spent, wherever it is by then", () => {
    const side = 12;
    const nodes = Array.from({ length: side * side }, (_, node) => node);
    const right = nodes.filter((node) => node % side !== side - 1);
    const below = nodes.slice(0, -side);
    const grid = {
      nodeCount: nodes.length,
      a: [...right, ...below],
      b: [...right.map((node) => node + 1), ...below.map((node) => node + side)],
      costs: [...right, ...below].map((node, link) => 1 + ((node * 7 + link * 3) % 5)),
      terminals: nodes.filter((node) => node % 5 === 0),
    };
    for (let asks = 0; asks < 400; asks += 7) {
      let left = asks;
      let late = 0;
      const isSpent = (): boolean => --left < 0 && ++late > 0;
      expect(solveSteiner(grid, { budget: { isSpent } })).toBeDefined();
      expect(late).toBeLessThan(200);
    }
  });
});
