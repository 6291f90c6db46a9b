import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PersistentMap } from "../../src/ledger/persistent-map.ts";

/** Two texts with one FNV-1a hash, found by search: they share a bucket. */
const COLLIDING = ["costarring", "liquid"] as const;

const key = fc.oneof(
  fc.constantFrom(...COLLIDING, "a", "b", "c"),
  fc.string({ maxLength: 3 }),
  fc.nat(200).map((n) => `link l${n} forward`),
);
const edit = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });

describe("PersistentMap", () => {
  test("agrees with a Map after any sequence of edits, and old versions stay as they were", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 200 }), (edits) => {
        const model = new Map<string, number>();
        let map = PersistentMap.empty<number>();
        const versions = edits.map((e) => {
          map = e.value === undefined ? map.without(e.key) : map.with(e.key, e.value);
          if (e.value === undefined) model.delete(e.key);
          else model.set(e.key, e.value);
          return { map, content: new Map(model) };
        });
        for (const version of versions) {
          expect(new Map(version.map)).toEqual(version.content);
          expect(version.map.size).toBe(version.content.size);
          for (const { key: k } of edits) expect(version.map.get(k)).toBe(version.content.get(k));
        }
      }),
    );
  });

  test("lists its entries in an order that does not depend on how they came in", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.uniqueArray(key), (kept, passing) => {
        const others = passing.filter((k) => !kept.includes(k) && !isColliding(k));
        const keys = kept.filter((k) => !isColliding(k));
        const direct = fill(keys);
        const detour = others.reduce(
          (m, k) => m.without(k),
          fill([...others, ...keys.toReversed()]),
        );
        expect([...detour].map(([k]) => k)).toEqual([...direct].map(([k]) => k));
      }),
    );
  });

  test("keeps keys apart whose hashes are equal", () => {
    const map = fill(COLLIDING);
    expect(map.size).toBe(2);
    expect(map.without(COLLIDING[0]).get(COLLIDING[1])).toBe(COLLIDING[1].length);
    expect(map.without(COLLIDING[0]).get(COLLIDING[0])).toBeUndefined();
  });

  test("tells exactly the keys whose values differ between any two versions", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 100 }), fc.nat(), fc.nat(), (edits, x, y) => {
        const versions = [PersistentMap.empty<number>()];
        for (const { key: k, value } of edits) {
          const last = versions.at(-1) ?? PersistentMap.empty();
          versions.push(value === undefined ? last.without(k) : last.with(k, value));
        }
        const [left, right] = [versions[x % versions.length], versions[y % versions.length]];
        const keys = new Set(edits.map((e) => e.key));
        const differing = [...keys].filter((k) => left?.get(k) !== right?.get(k));
        const told = left === undefined || right === undefined ? [] : [...left.keysUnlike(right)];
        expect(told.sort()).toEqual(differing.sort());
      }),
    );
  });

  test("is itself when a key that is not there is taken out", () => {
    const map = fill(["a"]);
    expect(map.without("b")).toBe(map);
  });
});

function fill(keys: readonly string[]): PersistentMap<number> {
  return keys.reduce((map, k) => map.with(k, k.length), PersistentMap.empty<number>());
}

function isColliding(k: string): boolean {
  return COLLIDING.some((c) => c === k);
}
