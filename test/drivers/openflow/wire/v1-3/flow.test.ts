import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../../src/drivers/openflow/wire/encode.ts";
import { flowMod } from "../../../../../src/drivers/openflow/wire/flow.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { expectGolden } from "../golden.ts";

describe("flow entries of OpenFlow 1.3", () => {
  test("a flow-mod that polices, rewrites the tag and outputs has the layout of §7.3.4.1", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "flow-mod",
        cookie: 0xdc00000000000005n,
        cookieMask: 0n,
        table: 0,
        command: "add",
        idleTimeoutS: 0,
        hardTimeoutS: 60,
        priority: 100,
        bufferId: 0xffffffff,
        outPort: 0xffffffff,
        outGroup: 0xffffffff,
        flags: 1,
        match: [
          { field: "in_port", value: 1 },
          { field: "vlan_vid", value: 0x1065 },
        ],
        instructions: [
          { type: "meter", meter: 5 },
          {
            type: "apply-actions",
            actions: [
              { type: "set-field", field: { field: "vlan_vid", value: 0x10c8 } },
              { type: "output", port: 2, maxLen: 0 },
            ],
          },
        ],
      },
      `04 0e 0078 00000007   // OpenFlow 1.3, FLOW_MOD, 120 bytes, xid
       dc00000000000005      // cookie
       0000000000000000      // cookie mask
       00 00                 // table, command ADD
       0000 003c             // idle timeout, hard timeout 60 s
       0064 ffffffff         // priority 100, no buffer
       ffffffff ffffffff     // any output port, any output group
       0001 0000             // flag SEND_FLOW_REM, padding
       0001 0012             // match: OXM, 18 bytes
       80000004 00000001     //   in_port = 1
       80000c02 1065         //   vlan_vid = 101 and a tag is present
       000000000000          //   padding to 24
       0006 0008 00000005    // instruction METER, meter 5
       0004 0028 00000000    // instruction APPLY_ACTIONS, 40 bytes, padding
       0019 0010             //   SET_FIELD, 16 bytes
       80000c02 10c8         //     vlan_vid = 200 and a tag is present
       000000000000          //     padding
       0000 0010 00000002    //   OUTPUT, 16 bytes, port 2
       0000 000000000000     //     max_len, padding`,
    );
  });

  test("a delete by cookie is all defaults but what it names", () => {
    expectGolden(
      OPENFLOW_1_3,
      flowMod({
        cookie: 0x10n,
        cookieMask: 0xffn,
        command: "delete",
        table: 0xff,
        outPort: 3,
        outGroup: 4,
      }),
      `04 0e 0038 00000007
       0000000000000010 00000000000000ff   // cookie and its mask
       ff 03 0000 0000 0000 ffffffff       // all tables, DELETE
       00000003 00000004 0000 0000         // output port 3, output group 4
       0001 0004 00000000                  // a match without fields, padded to 8`,
    );
  });

  test("flow-removed has the layout of §7.4.2", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "flow-removed",
        cookie: 1n,
        priority: 2,
        reason: "hard-timeout",
        table: 3,
        durationS: 4,
        durationNs: 5,
        idleTimeoutS: 6,
        hardTimeoutS: 7,
        packetCount: 8n,
        byteCount: 0xffffffffffffffffn,
        match: [],
      },
      `04 0b 0038 00000007
       0000000000000001 0002 01 03   // cookie, priority, reason HARD_TIMEOUT, table
       00000004 00000005 0006 0007   // duration s and ns, idle and hard timeout
       0000000000000008              // packets
       ffffffffffffffff              // bytes: not counted
       0001 0004 00000000            // match`,
    );
  });

  test("flow statistics of two entries have the layout of §7.3.5.2", () => {
    const entry = {
      table: 1,
      durationS: 2,
      durationNs: 3,
      priority: 4,
      idleTimeoutS: 5,
      hardTimeoutS: 6,
      flags: 8,
      cookie: 9n,
      packetCount: 10n,
      byteCount: 11n,
      match: [],
    };
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: true,
        body: {
          type: "flow",
          flows: [
            { ...entry, instructions: [] },
            { ...entry, instructions: [{ type: "goto-table", table: 12 }] },
          ],
        },
      },
      `04 13 0088 00000007 0001 0001 00000000   // FLOW, MORE, padding
       0038 01 00 00000002 00000003             // 56 bytes, table, pad, duration s and ns
       0004 0005 0006 0008 00000000             // priority, timeouts, flags, pad
       0000000000000009                         // cookie
       000000000000000a 000000000000000b        // packets, bytes
       0001 0004 00000000                       // match
       0040 01 00 00000002 00000003             // 64 bytes
       0004 0005 0006 0008 00000000
       0000000000000009
       000000000000000a 000000000000000b
       0001 0004 00000000
       0001 0008 0c 000000                      // GOTO_TABLE 12`,
    );
  });

  test("requests for flow and aggregate statistics differ in their type only", () => {
    const filter = { table: 255, outPort: 1, outGroup: 2, cookie: 3n, cookieMask: 4n, match: [] };
    const rest = `00000000 ff 000000 00000001 00000002 00000000 // table, pad, port, group, pad
                  0000000000000003 0000000000000004 0001000400000000`;
    expectGolden(
      OPENFLOW_1_3,
      { type: "multipart-request", more: false, body: { type: "flow", ...filter } },
      `04 12 0038 00000007 0001 0000 ${rest}`,
    );
    expectGolden(
      OPENFLOW_1_3,
      { type: "multipart-request", more: false, body: { type: "aggregate", ...filter } },
      `04 12 0038 00000007 0002 0000 ${rest}`,
    );
  });

  test("a command without a name stays a number", () => {
    const strange = flowMod({ command: 77 });
    const decoded = decodeMessage(encodeMessage(OPENFLOW_1_3, 1, strange))._unsafeUnwrap();
    expect(decoded.message).toEqual(strange);
  });
});
