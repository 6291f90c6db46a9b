import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CellWords, MORE_THAN_ANY } from "../../../src/pce/graph/cell-words.ts";

const nodeCounts = fc.oneof(fc.integer({ min: 1, max: 2 ** 24 }), fc.constantFrom(1, 2, 3));
const rates = fc.oneof(
  fc.double({ min: 0, max: 1e16, noNaN: true }),
  fc.integer({ min: 0, max: 4_000 }).map((mbit) => mbit * 1e6),
  fc.constantFrom(0, 1, 999_999, 1e6, 10e9, 100e9, 400e9, 2 ** 31 * 1e6, Number.MAX_VALUE),
);

describe("CellWords", () => {
  test("never take too little room for enough, whatever the node", () => {
    const worlds = nodeCounts.chain((count) =>
      fc.record({ count: fc.constant(count), node: fc.nat(count - 1) }),
    );
    fc.assert(
      fc.property(worlds, rates, rates, ({ count, node }, room, demand) => {
        const words = new CellWords(count);
        const word = words.of(node, room);
        expect(word & words.nodeMask).toBe(node);
        expect(word).toBeGreaterThanOrEqual(0);
        expect(word).toBeLessThan(MORE_THAN_ANY);
        if (word >= words.needed(demand)) expect(room).toBeGreaterThanOrEqual(demand);
      }),
      { numRuns: 2_000 },
    );
  });

  test("lose no more than a part of what there is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 2 ** 17 }),
        fc.integer({ min: 1, max: 2 ** 30 }),
        (count, mbit) => {
          const words = new CellWords(count);
          const enough = Math.ceil(mbit * (1 + 2 ** -8));
          expect(words.of(0, enough * 1e6)).toBeGreaterThanOrEqual(words.needed(mbit * 1e6));
        },
      ),
    );
  });

  test("are exact for the rates that ports have, in graphs of a hundred thousand nodes", () => {
    const words = new CellWords(100_000);
    for (const rate of [1e6, 100e6, 1e9, 2.5e9, 10e9, 40e9]) {
      expect(words.of(5, rate)).toBeGreaterThanOrEqual(words.needed(rate));
      expect(words.of(5, rate - 1)).toBeLessThan(words.needed(rate));
    }
  });

  test("have no room where none is known, even for a demand of nothing", () => {
    const words = new CellWords(10);
    expect(words.of(9, 0)).toBeLessThan(words.needed(0));
  });
});
