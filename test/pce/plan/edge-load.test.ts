import { describe, expect, test } from "vitest";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import type { Traffic } from "../../../src/pce/index.ts";
import { edgeLoad, greatestLoad, leastLoad, sideOf } from "../../../src/pce/plan/edge-load.ts";

const few = sideOf([30]);
const many = sideOf([10, 20, 40]);

const traffic = (change: Partial<Traffic> = {}): Traffic => ({
  bandwidth: bandwidth(25),
  sharing: "hose",
  delivery: "static",
  ...change,
});

describe("edgeLoad", () => {
  test("is the lesser of what one side sends and the other receives, where unicast is known", () => {
    for (const delivery of ["static", "learn"] as const) {
      expect(edgeLoad(traffic({ delivery }), few, many)).toBe(30);
      expect(edgeLoad(traffic({ delivery }), many, few)).toBe(30);
    }
  });

  test("adds what each endpoint of the sending side may flood", () => {
    const flooding = traffic({ floodAllowance: bandwidth(2) });
    expect(edgeLoad(flooding, few, many)).toBe(32);
    expect(edgeLoad(flooding, many, few)).toBe(36);
  });

  test("is all that one side sends, where everything is flooded", () => {
    const flood = traffic({ delivery: "flood", floodAllowance: bandwidth(2) });
    expect(edgeLoad(flood, few, many)).toBe(30);
    expect(edgeLoad(flood, many, few)).toBe(70);
  });

  test("is at most the bandwidth of the network, where that is shared", () => {
    for (const delivery of ["static", "flood"] as const) {
      const shared = traffic({ sharing: "shared", delivery });
      expect(edgeLoad(shared, many, few)).toBe(25);
      expect(edgeLoad(shared, sideOf([3]), many)).toBe(3);
    }
  });

  test("is nothing towards nobody, where unicast is known", () => {
    expect(edgeLoad(traffic(), few, sideOf([]))).toBe(0);
  });

  test("is at most the greatest bandwidth there is", () => {
    const all = Number.MAX_SAFE_INTEGER;
    const huge = sideOf([all, all]);
    expect(edgeLoad(traffic({ delivery: "flood" }), huge, few)).toBe(all);
  });
});

describe("leastLoad and greatestLoad", () => {
  test("bound the load of every edge that parts the endpoints", () => {
    const rates = [10, 20, 30, 40];
    for (const sharing of ["hose", "shared"] as const) {
      for (const delivery of ["static", "flood"] as const) {
        const some = traffic({ sharing, delivery, floodAllowance: bandwidth(2) });
        for (let split = 1; split < 15; split++) {
          const inside = rates.filter((_, at) => (split >> at) & 1);
          const outside = rates.filter((_, at) => !((split >> at) & 1));
          const load = edgeLoad(some, sideOf(inside), sideOf(outside));
          expect(load).toBeGreaterThanOrEqual(leastLoad(some, rates));
          expect(load).toBeLessThanOrEqual(greatestLoad(some, rates));
        }
      }
    }
  });
});
