import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VlanSet } from "../../src/model/vlan-set.ts";

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { maxLength: 200 });
const ranges = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 4094 }), fc.nat({ max: 300 })).map(([first, length]) => ({
    first,
    last: Math.min(4094, first + length),
  })),
  { minLength: 1, maxLength: 20 },
);

const refusal = (value: unknown) =>
  VlanSet.parse(value).match(
    () => undefined,
    (message) => message,
  );

/** Writes a set of numbers with the longest ranges, straight from the definition. */
function canonical(set: ReadonlySet<number>): string {
  const parts: string[] = [];
  for (let first = 1; first <= 4094; first++) {
    if (!set.has(first)) continue;
    let last = first;
    while (set.has(last + 1)) last++;
    parts.push(first === last ? String(first) : `${first}-${last}`);
    first = last;
  }
  return parts.join(",");
}

describe("a VLAN set", () => {
  test.each([
    ["100-199,205", "100-199,205"],
    [101, "101"],
    [" 5 - 7 , 3 ", "3,5-7"],
    ["1-10,5-20,21", "1-21"],
    ["7-7", "7"],
    ["1-4094", "1-4094"],
    ["0100", "100"],
  ])("is read from %j as %s", (value, text) => {
    expect(String(VlanSet.parse(value)._unsafeUnwrap())).toBe(text);
  });

  test.each([
    ["0", /0 is not from 1 to 4094/],
    ["4095", /4095 is not from 1 to 4094/],
    ["1-4095", /4095 is not from 1 to 4094/],
    ["0-5", /0 is not from 1 to 4094/],
    ["200-100", /backwards/],
    ["", /at least one/],
    ["  ", /at least one/],
    ["1,,2", /"" is neither/],
    ["1-", /"1-" is neither/],
    ["1-2-3", /"1-2-3" is neither/],
    ["10000", /neither/],
    ["any", /"any" is neither/],
    [1.5, /neither/],
    [-1, /neither/],
    [4095, /4095 is not/],
    ["1,".repeat(20_000), /characters/],
    [undefined, /VLAN ID or text/],
    [[100], /VLAN ID or text/],
  ])("is not read from %j", (value, reason) => {
    expect(refusal(value)).toMatch(reason);
  });

  test("holds exactly the IDs of its text, in ascending order", () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const expected = new Set<number>();
        for (const { first, last } of list) {
          for (let id = first; id <= last; id++) expected.add(id);
        }
        const text = list.map(({ first, last }) => `${first}-${last}`).join(",");
        const set = VlanSet.parse(text)._unsafeUnwrap();
        expect([...set]).toEqual([...expected].sort((a, b) => a - b));
        expect(String(set)).toBe(canonical(expected));
        expect(set.size).toBe(expected.size);
        expect(set.first()).toBe(Math.min(...expected));
      }),
      { numRuns: 50 },
    );
  });

  test("is read back from its own text", () => {
    fc.assert(
      fc.property(ids, (list) => {
        fc.pre(list.length > 0);
        const set = VlanSet.of(...list);
        expect(VlanSet.parse(set.toString())._unsafeUnwrap().equals(set)).toBe(true);
      }),
    );
  });

  test("has the algebra of sets of numbers", () => {
    fc.assert(
      fc.property(ids, ids, (left, right) => {
        const [a, b] = [VlanSet.of(...left), VlanSet.of(...right)];
        const sorted = (set: Iterable<number>) => [...set].sort((x, y) => x - y);
        expect([...a.union(b)]).toEqual(sorted(new Set([...left, ...right])));
        expect([...a.intersect(b)]).toEqual(sorted(left.filter((id) => right.includes(id))));
        expect([...a.difference(b)]).toEqual(sorted(left.filter((id) => !right.includes(id))));
        expect(a.equals(b)).toBe(canonical(new Set(left)) === canonical(new Set(right)));
        expect(a.isEmpty).toBe(left.length === 0);
        expect([...a]).toEqual(sorted(left));
      }),
    );
  });

  test("changes where an ID and the one below are not both in it or both out of it", () => {
    fc.assert(
      fc.property(
        fc.oneof(ids, fc.constant<number[]>([1, 31, 32, 33, 63, 4063, 4064, 4094])),
        (some) => {
          const set = VlanSet.of(...some);
          const all = Array.from({ length: 4094 }, (_, index) => index + 1);
          const changes = all.filter((id) => some.includes(id) !== some.includes(id - 1));
          expect([...set.changes()]).toEqual(changes);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("gains and loses single IDs without changing itself", () => {
    const set = VlanSet.of(10, 32);
    expect(String(set.with(31))).toBe("10,31-32");
    expect(String(set.without(32))).toBe("10");
    expect(String(set)).toBe("10,32");
    expect(set.has(32)).toBe(true);
    expect(set.has(31)).toBe(false);
  });

  test("has nothing that may not be put on a wire", () => {
    for (const id of [-1, 0, 4095, 4096, 1.5, Number.NaN]) {
      expect(VlanSet.all.has(id)).toBe(false);
      expect(() => VlanSet.of(id)).toThrow("VLAN IDs are 1 to 4094");
    }
    expect(VlanSet.all.size).toBe(4094);
    expect(String(VlanSet.default)).toBe("2-4094");
  });

  test("may be empty, and then has no first ID and no text", () => {
    expect(VlanSet.empty.isEmpty).toBe(true);
    expect(VlanSet.empty.first()).toBeUndefined();
    expect(String(VlanSet.empty)).toBe("");
    expect(VlanSet.all.difference(VlanSet.all).isEmpty).toBe(true);
  });
});
