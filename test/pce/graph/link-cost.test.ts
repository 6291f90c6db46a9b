import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { congestionCost, steepnessesOf } from "../../../src/pce/graph/link-cost.ts";
import { fabricOf, graphOfFabric } from "./fabrics.ts";

const metrics = fc.integer({ min: 0, max: 100_000 });
const utilisations = fc.double({ min: 0, max: 1, noNaN: true });
const steepnesses = fc.double({ min: 2, max: 100_000, noNaN: true });

describe("congestionCost", () => {
  test("an idle link costs its metric", () => {
    fc.assert(
      fc.property(metrics, steepnesses, (metric, steepness) => {
        expect(congestionCost(metric, 0, steepness)).toBe(metric);
      }),
    );
  });

  test("a link never gets cheaper as more of it is taken, nor cheaper than its metric", () => {
    fc.assert(
      fc.property(metrics, utilisations, utilisations, steepnesses, (metric, x, y, steepness) => {
        const less = congestionCost(metric, Math.min(x, y), steepness);
        const more = congestionCost(metric, Math.max(x, y), steepness);
        expect(less).toBeGreaterThanOrEqual(metric);
        expect(more).toBeGreaterThanOrEqual(less);
        expect(more).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  test("of links that are equally full and equally steep, that of the lower metric is cheaper", () => {
    fc.assert(
      fc.property(metrics, utilisations, steepnesses, (metric, utilisation, steepness) => {
        const cost = congestionCost(metric, utilisation, steepness);
        expect(congestionCost(metric + 1, utilisation, steepness)).toBeGreaterThan(cost);
      }),
    );
  });

  test("the steeper cost is the lower one until the link is full", () => {
    expect(congestionCost(1, 0.5, 1000)).toBeLessThan(congestionCost(1, 0.5, 10));
    expect(congestionCost(1, 1, 1000)).toBe(congestionCost(1, 1, 10));
  });

  test("sums of costs are the same in any order", () => {
    const costs = fc.array(
      fc.tuple(metrics, utilisations, steepnesses).map((link) => congestionCost(...link)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(costs, (some) => {
        const onward = some.reduce((sum, cost) => sum + cost, 0);
        expect([...some].reverse().reduce((sum, cost) => sum + cost, 0)).toBe(onward);
      }),
    );
  });
});

describe("steepnessesOf", () => {
  test("the cost of a link that many shortest paths use rises earlier than that of one at the edge", () => {
    // Two stars whose middles are joined: the link between them has the most paths.
    const graph = graphOfFabric(fabricOf("ab ac ad de df"));
    const [toLeaf = 0, , middle = 0] = steepnessesOf(graph);
    expect(middle).toBeLessThan(toLeaf);
  });
});
