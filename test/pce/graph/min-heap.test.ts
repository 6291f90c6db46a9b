import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MinHeap } from "../../../src/pce/graph/min-heap.ts";

describe("MinHeap", () => {
  test("gives items by cost, then by hops, while others are put in", () => {
    const key = fc.record({ cost: fc.nat(5), hops: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(fc.option(key), { maxLength: 1000 }), (steps) => {
        const heap = new MinHeap();
        const inside = new Map<number, { cost: number; hops: number }>();
        for (const [item, step] of steps.entries()) {
          if (step !== null) {
            heap.push(step.cost, step.hops, item);
            inside.set(item, step);
            continue;
          }
          const popped = heap.pop();
          const keys = [...inside.values()].map(({ cost, hops }) => cost * 10 + hops);
          const best = inside.get(popped);
          expect(popped === -1 ? inside.size : 0).toBe(0);
          if (best !== undefined) expect(best.cost * 10 + best.hops).toBe(Math.min(...keys));
          inside.delete(popped);
        }
        expect(heap.size).toBe(inside.size);
      }),
    );
  });

  test("is empty again when all is taken out", () => {
    const heap = new MinHeap();
    for (let item = 0; item < 1000; item++) heap.push(1, 1, item);
    const items = Array.from({ length: 1000 }, () => heap.pop());
    expect(new Set(items).size).toBe(1000);
    expect(heap.pop()).toBe(-1);
  });
});
