import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("packets from and to the controller in OpenFlow 1.3", () => {
  test("a packet-in has the layout of §7.4.1", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "packet-in",
        bufferId: 0xffffffff,
        totalLen: 60,
        reason: "action",
        table: 2,
        cookie: 3n,
        match: [{ field: "in_port", value: 4 }],
        data: bytesOf("0180c200000e"),
      },
      `04 0a 0030 00000007
       ffffffff 003c 01 02 0000000000000003   // no buffer, 60 bytes, ACTION, table, cookie
       0001 000c 80000004 00000004 00000000   // match: in_port 4, padding
       0000 0180c200000e                      // padding, data`,
    );
  });

  test("a packet-out has the layout of §7.3.7", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "packet-out",
        bufferId: 0xffffffff,
        inPort: 0xfffffffd,
        actions: [{ type: "output", port: 1, maxLen: 0 }],
        data: bytesOf("aabbcc"),
      },
      `04 0d 002b 00000007
       ffffffff fffffffd 0010 000000000000   // no buffer, from CONTROLLER, 16 bytes of actions, pad
       0000 0010 00000001 0000 000000000000  // OUTPUT 1
       aabbcc`,
    );
  });

  test("actions of a packet-out cannot reach into the data", () => {
    const bytes = bytesOf(`04 0d 0028 00000007 ffffffff fffffffd 0008 000000000000
                           0000 0010 00000001 0000 000000000000`);
    expect(decodeMessage(bytes)._unsafeUnwrapErr()).toEqual({
      type: "truncated",
      offset: 28,
      needed: 12,
    });
  });
});
