import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { vni } from "../../src/model/vni.ts";
import { VniSet } from "../../src/model/vni-set.ts";

const ids = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(16_777_214, 16_777_215));
const sets = fc.uniqueArray(ids, { maxLength: 12 });
const setOf = (numbers: readonly number[]): VniSet => VniSet.of(...numbers.map(vni));
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** The numbers of a set, one by one, from its text. */
function numbersOf(set: VniSet): readonly number[] {
  if (set.isEmpty) return [];
  return set
    .toString()
    .split(",")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

describe("a set of VNIs", () => {
  test("holds what a set of numbers would, whatever is put in, taken out and subtracted", () => {
    fc.assert(
      fc.property(sets, sets, ids, (some, others, one) => {
        const set = setOf(some);
        expect(numbersOf(set)).toEqual(ascending(some));
        expect(set.has(vni(one))).toBe(some.includes(one));
        expect(set.first()).toBe(some.length === 0 ? undefined : vni(Math.min(...some)));
        expect(numbersOf(set.with(vni(one)))).toEqual(ascending([...new Set([...some, one])]));
        expect(numbersOf(set.without(vni(one)))).toEqual(
          ascending(some.filter((id) => id !== one)),
        );
        expect(numbersOf(set.difference(setOf(others)))).toEqual(
          ascending(some.filter((id) => !others.includes(id))),
        );
      }),
    );
  });

  test("is read from text, and written in its shortest form", () => {
    const read = VniSet.parse(" 30000, 10000-19999,20000-20001 ")._unsafeUnwrap();
    expect(read.toString()).toBe("10000-20001,30000");
    expect(VniSet.all.difference(read).toString()).toBe("1-9999,20002-29999,30001-16777215");
  });

  test.each([
    ["", "must name at least one VNI"],
    ["0", "VNI 0 is not from 1 to 16777215"],
    ["16777216", "VNI 16777216 is not from 1 to 16777215"],
    ["9-8", "range 9-8 runs backwards"],
    ["1-2-3", '"1-2-3" is neither a VNI nor a range of them'],
  ])("is not read from %j", (text, error) => {
    expect(VniSet.parse(text)._unsafeUnwrapErr()).toBe(error);
  });
});
