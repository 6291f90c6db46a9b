import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameValue } from "../../src/model/same-value.ts";

/** Few values, so that equal ones are frequent. */
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(0, 1, "a", "", true, null, undefined, 1n),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "length"), tie("value"), { maxKeys: 3 }),
  ),
})).value;

describe("plain values", () => {
  test("are the same when they are equal without their undefined keys", () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(sameValue(a, b)).toBe(isDeepStrictEqual(defined(a), defined(b)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("are the same whatever the order of their keys", () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(sameValue(value, reversed(value))).toBe(true);
      }),
    );
  });
});

function defined(value: unknown): unknown {
  return rebuilt(value, (entries) => entries.filter(([, inner]) => inner !== undefined));
}

function reversed(value: unknown): unknown {
  return rebuilt(value, (entries) => entries.toReversed());
}

type Entries = readonly (readonly [string, unknown])[];

function rebuilt(value: unknown, change: (entries: Entries) => Entries): unknown {
  if (Array.isArray(value)) return value.map((inner) => rebuilt(inner, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = change(Object.entries(value)).map(
    ([key, inner]) => [key, rebuilt(inner, change)] as const,
  );
  return Object.fromEntries(entries);
}
