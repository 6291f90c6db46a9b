import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../../src/drivers/openflow/wire/encode.ts";
import { flowMod } from "../../../../../src/drivers/openflow/wire/flow.ts";
import { IGNORED_BITS, type Match } from "../../../../../src/drivers/openflow/wire/match.ts";
import { OPENFLOW_1_0 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden, hexOf } from "../golden.ts";

/** A flow-mod that adds an entry without actions for this match. */
function around(match: string): string {
  return `01 0e 0048 00000007 ${match}
    0000000000000000                   // cookie
    0000 0000 0000 0000                // command add, timeouts, priority
    ffffffff ffff 0000                 // buffer, out port none, flags`;
}

function matchIn(hex: string): Match {
  const { message } = decodeMessage(bytesOf(around(hex)))._unsafeUnwrap();
  return message.type === "flow-mod" ? message.match : [];
}

const everything = `003820ff 0000 000000000000 000000000000 0000 00 00 0000 00 00 0000
  00000000 00000000 0000 0000`;

describe("matches of OpenFlow 1.0", () => {
  test("what is wildcarded matches everything", () => {
    expectGolden(OPENFLOW_1_0, flowMod({}), around(everything));
  });

  test("fixed places become the fields of later versions (§5.2.3)", () => {
    const match: Match = [
      { field: "in_port", value: 0xfffffffe },
      { field: "vlan_vid", value: 0x1064 },
      { field: "eth_type", value: 0x0800 },
      { field: "ip_dscp", value: 10 },
      { field: "ip_proto", value: 17 },
      { field: "ipv4_src", value: 0x0a000000, mask: 0xff000000 },
      { field: "udp_dst", value: 53 },
    ];
    const hex = `0018184c                      // all but the fields below; 24 bits of nw_src
      fffe 000000000000 000000000000          // in_port, dl_src, dl_dst
      0064 00 00 0800 28 11 0000              // vlan, pcp, pad, type, tos, protocol, pad
      0a000000 00000000 0000 0035`;
    expectGolden(OPENFLOW_1_0, flowMod({ match }), around(hex));
  });

  test("a packet without a tag has the VLAN 0xffff", () => {
    const hex = everything
      .replace("003820ff", "003820fd")
      .replace(" 0000 00 00 0000", " ffff 00 00 0000");
    expectGolden(OPENFLOW_1_0, flowMod({ match: [{ field: "vlan_vid", value: 0 }] }), around(hex));
  });

  test("what stands in places that do not count is kept beside the fields", () => {
    const hex = everything.replace("003820ff 0000", "003fffff 0009");
    const match = matchIn(hex);
    expect(match).toHaveLength(1);
    expect(match[0]).toMatchObject({ field: "unknown", ...IGNORED_BITS });
    const bytes = encodeMessage(OPENFLOW_1_0, 7, flowMod({ match }));
    expect(hexOf(bytes)).toBe(hexOf(bytesOf(around(hex))));
  });

  test("transport ports without their protocol do not count (§3.4)", () => {
    const hex = everything.replace("003820ff", "0038203f").replace(/0000 0000$/, "0050 0051");
    expect(matchIn(hex).map(({ field }) => field)).toEqual(["unknown"]);
  });

  test.each<[string, Match]>([
    ["a field that has no place", [{ field: "metadata", value: 1n }]],
    [
      "a mask on an address of Ethernet",
      [{ field: "eth_src", value: "02:00:00:00:00:00", mask: "02:00:00:00:00:00" }],
    ],
    ["a mask that is no prefix", [{ field: "ipv4_src", value: 1, mask: 0x00ff00ff }]],
    ["any tag at all", [{ field: "vlan_vid", value: 0x1000, mask: 0x1000 }]],
  ])("%s cannot be encoded", (_, match) => {
    expect(() => encodeMessage(OPENFLOW_1_0, 1, flowMod({ match }))).toThrow("OpenFlow 1.0");
  });

  test.each([
    ["another table", flowMod({ table: 1 })],
    ["a cookie mask", flowMod({ cookieMask: 1n })],
    ["more than actions", flowMod({ instructions: [{ type: "goto-table", table: 1 }] })],
  ])("a flow-mod with %s cannot be encoded", (_, message) => {
    expect(() => encodeMessage(OPENFLOW_1_0, 1, message)).toThrow("OpenFlow");
  });
});
