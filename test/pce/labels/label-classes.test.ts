import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { representativeLabels } from "../../../src/pce/labels/label-classes.ts";
import { labelBits } from "../../../src/pce/labels/label-masks.ts";

const labels = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
const families = fc.array(labels, { minLength: 1, maxLength: 6 });

describe("representativeLabels", () => {
  test("has a label of any sets that have some in common, the lowest that is in just these", () => {
    fc.assert(
      fc.property(labels, families, fc.nat(63), (allowed, family, bits) => {
        const sets = family.map((set) => VlanSet.of(...set));
        const some = family.filter((_, at) => (bits >> at) & 1);
        const chosen = representativeLabels(VlanSet.of(...allowed), sets);
        const isIn = (label: number): boolean => some.every((set) => set.includes(label));
        expect(chosen.some(isIn)).toBe(allowed.some(isIn));
        const places = (label: number): string => family.map((set) => set.includes(label)).join();
        for (const label of chosen) {
          const alike = allowed.filter((other) => places(other) === places(label));
          expect(label).toBe(Math.min(...alike));
        }
      }),
    );
  });
});

describe("labelBits", () => {
  test("has a bit in common for sets just where they have a label in common", () => {
    fc.assert(
      fc.property(families, fc.nat(63), (family, chosen) => {
        const sets = family.map((set) => VlanSet.of(...set));
        const bits = labelBits(sets);
        const some = sets.filter((_, at) => (chosen >> at) & 1);
        const common = some.reduce((left, set) => left.intersect(set), VlanSet.all);
        const words = some.map((set) => bits.of(set));
        const meets = Array.from({ length: bits.words }, (_, word) =>
          words.reduce((left, own) => left & (own[word] ?? 0), -1),
        );
        if (some.length > 0) expect(meets.some((word) => word !== 0)).toBe(!common.isEmpty);
      }),
    );
  });
});
