import fc from "fast-check";
import { expect, test } from "vitest";
import { covers, overlap } from "../../../src/drivers/openflow/match-overlap.ts";
import type { Match } from "../../../src/drivers/openflow/wire/match.ts";

/** Frames with two fields of three bits: every one there is. */
const frames = Array.from({ length: 64 }, (_, n) => ({ vlan: n & 7, metadata: n >> 3 }));

const field = fc.option(fc.record({ value: fc.nat(7), mask: fc.option(fc.nat(7)) }));
const matchArbitrary: fc.Arbitrary<Match> = fc.tuple(field, field).map(([vlan, metadata]) => {
  const masked = (mask: number | null) => mask ?? 7;
  return [
    ...(vlan === null
      ? []
      : [
          {
            field: "vlan_vid" as const,
            value: vlan.value & masked(vlan.mask),
            ...(vlan.mask !== null && { mask: vlan.mask }),
          },
        ]),
    ...(metadata === null
      ? []
      : [
          {
            field: "metadata" as const,
            value: BigInt(metadata.value & masked(metadata.mask)),
            ...(metadata.mask !== null && { mask: BigInt(metadata.mask) }),
          },
        ]),
  ];
});

function taken(match: Match): ReadonlySet<number> {
  const takes = ({ vlan, metadata }: (typeof frames)[number]): boolean =>
    match.every((each) => {
      const has = each.field === "vlan_vid" ? vlan : metadata;
      const { value, mask } = each as { value: number | bigint; mask?: number | bigint };
      return (has & Number(mask ?? 7)) === Number(value);
    });
  return new Set(frames.flatMap((frame, index) => (takes(frame) ? [index] : [])));
}

test("matches overlap if, and only if, some frame matches both", () => {
  fc.assert(
    fc.property(matchArbitrary, matchArbitrary, (a, b) => {
      const [one, other] = [taken(a), taken(b)];
      expect(overlap(a, b)).toBe([...one].some((frame) => other.has(frame)));
    }),
  );
});

test("a match that covers another takes all frames of that one", () => {
  let count = 0;
  fc.assert(
    fc.property(matchArbitrary, matchArbitrary, (wide, narrow) => {
      fc.pre(covers(wide, narrow));
      count += 1;
      const all = taken(wide);
      expect([...taken(narrow)].filter((frame) => !all.has(frame))).toEqual([]);
    }),
  );
  expect(count).toBeGreaterThan(0);
});
