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
});
