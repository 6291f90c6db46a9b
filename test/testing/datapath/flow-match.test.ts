import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Match } from "../../../src/drivers/openflow/wire/match.ts";
import { frame } from "../../../src/model/frame.ts";
import {
  compileMatch,
  covers,
  type FlowMatch,
  fieldValues,
  matchRequiresTag,
  overlaps,
  testedValues,
} from "../../../src/testing/datapath/flow-match.ts";
import { type Packet, parsePacket } from "../../../src/testing/datapath/packet.ts";

function compiled(match: Match): FlowMatch {
  return compileMatch(match)._unsafeUnwrap();
}

function isMatched(match: Match, packet: Packet): boolean {
  const { wanted } = compiled(match);
  return testedValues(compiled(match), fieldValues(packet)) === wanted;
}

const untagged = parsePacket(frame(), 1);
const in101 = parsePacket(frame({ tags: [{ tpid: 0x8100, vid: 101, pcp: 3 }] }), 1);
const service = parsePacket(frame({ tags: [{ tpid: 0x88a8, vid: 101, pcp: 0 }] }), 1);
const inZero = parsePacket(frame({ vlans: [0] }), 1);
const double = parsePacket(frame({ vlans: [101, 7] }), 1);

describe("a match", () => {
  test("of no fields matches everything", () => {
    for (const packet of [untagged, in101, double]) expect(isMatched([], packet)).toBe(true);
  });

  test("on a VLAN wants a tag of that VLAN, of either kind", () => {
    const match: Match = [{ field: "vlan_vid", value: 0x1065 }];
    expect([untagged, in101, service, inZero].map((packet) => isMatched(match, packet))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("on vlan_vid 0 wants no tag; a tag of VLAN 0 is one", () => {
    const match: Match = [{ field: "vlan_vid", value: 0 }];
    expect([untagged, in101, inZero].map((packet) => isMatched(match, packet))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("on the present bit alone wants any tag", () => {
    const match: Match = [{ field: "vlan_vid", value: 0x1000, mask: 0x1000 }];
    expect([untagged, in101, inZero].map((packet) => isMatched(match, packet))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("sees the second tag as the ethertype", () => {
    expect(isMatched([{ field: "eth_type", value: 0x8100 }], double)).toBe(true);
    expect(isMatched([{ field: "eth_type", value: 0x88b5 }], double)).toBe(false);
    expect(isMatched([{ field: "eth_type", value: 0x88b5 }], in101)).toBe(true);
  });

  test("on addresses may be masked", () => {
    const multicast: Match = [
      { field: "eth_dst", value: "01:00:00:00:00:00", mask: "01:00:00:00:00:00" },
    ];
    expect(isMatched(multicast, untagged)).toBe(true);
    expect(isMatched([{ field: "eth_src", value: "02:00:00:00:00:01" }], untagged)).toBe(true);
    expect(isMatched([{ field: "eth_src", value: "02:00:00:00:00:02" }], untagged)).toBe(false);
  });

  test("is reported in one order, exact where the mask is full, and without empty masks", () => {
    const match: Match = [
      { field: "metadata", value: 1n, mask: 0xffffffffffffffffn },
      { field: "vlan_vid", value: 0x1065 },
      { field: "eth_src", value: "00:00:00:00:00:00", mask: "00:00:00:00:00:00" },
      { field: "in_port", value: 2 },
    ];
    expect(compiled(match).fields).toEqual([
      { field: "in_port", value: 2 },
      { field: "vlan_vid", value: 0x1065 },
      { field: "metadata", value: 1n },
    ]);
  });

  test("requires a tag when the present bit is asked for", () => {
    expect(matchRequiresTag(compiled([{ field: "vlan_vid", value: 0x1065 }]))).toBe(true);
    expect(matchRequiresTag(compiled([{ field: "vlan_vid", value: 0 }]))).toBe(false);
    expect(matchRequiresTag(compiled([]))).toBe(false);
  });

  test.each<[string, Match, string]>([
    ["a field it does not know", [{ field: "ip_proto", value: 6 }], "bad-field"],
    [
      "a field twice",
      [
        { field: "in_port", value: 1 },
        { field: "in_port", value: 2 },
      ],
      "dup-field",
    ],
    ["a priority without a tag", [{ field: "vlan_pcp", value: 3 }], "bad-prereq"],
    ["a mask on the ethertype", [{ field: "eth_type", value: 0, mask: 0 }], "bad-mask"],
    ["a value outside its mask", [{ field: "vlan_vid", value: 5, mask: 4 }], "bad-wildcards"],
    ["a value too large", [{ field: "vlan_vid", value: 0x2000 }], "bad-value"],
  ])("refuses %s", (_, match, code) => {
    expect(compileMatch(match)._unsafeUnwrapErr()).toEqual({ kind: "bad-match", code });
  });
});

/** Matches and packets over so few values that they often meet. */
const smallMatch: fc.Arbitrary<Match> = fc
  .tuple(
    fc.option(fc.integer({ min: 1, max: 2 })),
    fc.option(
      fc.tuple(
        fc.constantFrom(0x1000, 0x1001, 0x1002, 0x1003),
        fc.constantFrom(0x1001, 0x1002, 0x1fff),
      ),
    ),
  )
  .map(([port, vlan]) => [
    ...(port === null ? [] : [{ field: "in_port" as const, value: port }]),
    ...(vlan === null
      ? []
      : [{ field: "vlan_vid" as const, value: vlan[0] & vlan[1], mask: vlan[1] }]),
  ]);

const everyPacket = [1, 2].flatMap((port) => [
  parsePacket(frame(), port),
  ...[0, 1, 2, 3].map((vid) => parsePacket(frame({ vlans: [vid] }), port)),
]);

describe("two matches", () => {
  test("overlap if and only if some packet matches both", () => {
    fc.assert(
      fc.property(smallMatch, smallMatch, (a, b) => {
        const common = everyPacket.some((packet) => isMatched(a, packet) && isMatched(b, packet));
        if (common) expect(overlaps(compiled(a), compiled(b))).toBe(true);
        expect(overlaps(compiled(a), compiled(b))).toBe(overlaps(compiled(b), compiled(a)));
      }),
    );
  });

  test("of which one covers the other agree on every packet of the other", () => {
    fc.assert(
      fc.property(smallMatch, smallMatch, (wide, narrow) => {
        if (!covers(compiled(wide), compiled(narrow))) return;
        for (const packet of everyPacket) {
          if (isMatched(narrow, packet)) expect(isMatched(wide, packet)).toBe(true);
        }
      }),
    );
  });

  test("cover each other exactly when they are the same", () => {
    fc.assert(
      fc.property(smallMatch, smallMatch, (a, b) => {
        const both = covers(compiled(a), compiled(b)) && covers(compiled(b), compiled(a));
        expect(both).toBe(
          compiled(a).shape === compiled(b).shape && compiled(a).wanted === compiled(b).wanted,
        );
      }),
    );
  });
});
