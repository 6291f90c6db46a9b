import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { flowMod } from "../../../../../src/drivers/openflow/wire/flow.ts";
import type { Match } from "../../../../../src/drivers/openflow/wire/match.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

/** A flow-mod of defaults around a match of so many bytes with its padding. */
function around(matchBytes: number, match: string): string {
  const length = (48 + matchBytes).toString(16).padStart(4, "0");
  return `04 0e ${length} 00000007 ${"00".repeat(24)} ffffffff ffffffff ffffffff 0000 0000 ${match}`;
}

function expectMatch(match: Match, matchBytes: number, annotated: string): void {
  expectGolden(OPENFLOW_1_3, flowMod({ match }), around(matchBytes, annotated));
}

function errorOf(matchBytes: number, annotated: string): unknown {
  return decodeMessage(bytesOf(around(matchBytes, annotated)))._unsafeUnwrapErr();
}

describe("matches of OpenFlow 1.3", () => {
  test("fields of every width are a number, a big integer or text", () => {
    expectMatch(
      [
        { field: "vlan_pcp", value: 5 },
        { field: "eth_type", value: 0x0800 },
        { field: "pbb_isid", value: 0x123456 },
        { field: "ipv4_dst", value: 0x0a000001 },
        { field: "eth_dst", value: "01:80:c2:00:00:0e" },
        { field: "tunnel_id", value: 0xffffffff00000001n },
        { field: "ipv6_src", value: "20010db8000000000000000000000001" },
      ],
      72,
      `0001 0048                                  // 4 + 5 + 6 + 7 + 8 + 10 + 12 + 20
       80000e01 05                                // vlan_pcp, 1 byte
       80000a02 0800                              // eth_type, 2 bytes
       80004a03 123456                            // pbb_isid, 3 bytes
       80001804 0a000001                          // ipv4_dst, 4 bytes
       80000606 0180c200000e                      // eth_dst, 6 bytes
       80004c08 ffffffff00000001                  // tunnel_id, 8 bytes
       80003410 20010db8000000000000000000000001  // ipv6_src, 16 bytes`,
    );
  });

  test("a mask follows its value and sets the mask bit", () => {
    expectMatch(
      [
        { field: "vlan_vid", value: 0x1000, mask: 0x1000 },
        { field: "eth_dst", value: "01:00:00:00:00:00", mask: "01:00:00:00:00:00" },
        { field: "metadata", value: 1n, mask: 0xffn },
      ],
      48,
      `0001 0030
       80000d04 1000 1000                          // vlan_vid, mask bit, twice 2 bytes
       8000070c 010000000000 010000000000          // eth_dst, mask bit, twice 6 bytes
       80000510 0000000000000001 00000000000000ff  // metadata, mask bit, twice 8 bytes`,
    );
  });

  test("fields without a name are kept as they are, and those of extensions have theirs", () => {
    expectMatch(
      [
        { field: "nxm_nx_reg0", value: 0x2a },
        { field: "unknown", class: 0x8000, code: 99, value: "ab", mask: "ff" },
        { field: "tcp_flags", value: 0x12 },
        { field: "unknown", class: 0xffff, code: 3, experimenter: 7, value: "ab" },
      ],
      40,
      `0001 0025
       00010004 0000002a           // NXM_NX_REG0
       8000c702 ab ff              // basic class, a number that nothing has
       ffff5406 4f4e4600 0012      // experimenter class: the organisation counts in the length
       ffff0605 00000007 ab
       000000`,
    );
  });

  test("a field whose length is not that of its type is refused where it stands", () => {
    expect(errorOf(16, "0001 000b 80000003 000001 0000000000")).toEqual({
      type: "malformed",
      offset: 56,
      reason: "in_port of 3 bytes",
    });
  });

  test("a field cannot reach beyond its match", () => {
    expect(errorOf(16, "0001 000a 80000004 0000 000000000000")).toEqual({
      type: "truncated",
      offset: 56,
      needed: 4,
    });
  });

  test("a masked field of unknown class and odd length is refused", () => {
    expect(errorOf(16, "0001 000b 00010103 000000 0000000000")).toMatchObject({
      type: "malformed",
    });
  });

  test("a match that is shorter than its header or not made of OXM is refused", () => {
    expect(errorOf(8, "0001 0003 00000000")).toMatchObject({ type: "malformed" });
    expect(errorOf(8, "0000 0004 00000000")).toMatchObject({ type: "malformed" });
  });
});
