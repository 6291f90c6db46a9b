import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("tables of OpenFlow 1.3", () => {
  test("a table-mod has the layout of §7.3.3", () => {
    expectGolden(
      OPENFLOW_1_3,
      { type: "table-mod", table: 255, config: 3 },
      "04 11 0010 00000007 ff 000000 00000003",
    );
  });

  test("table statistics have the layout of §7.3.5.4", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "table",
          tables: [{ table: 1, activeCount: 2, lookupCount: 3n, matchedCount: 4n }],
        },
      },
      `04 13 0028 00000007 0003 0000 00000000
       01 000000 00000002 0000000000000003 0000000000000004`,
    );
  });

  test("table features have the layout of §7.3.5.5 with every kind of property", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: true,
        body: {
          type: "table-features",
          tables: [
            {
              table: 1,
              name: "classifier",
              metadataMatch: 2n,
              metadataWrite: 3n,
              config: 4,
              maxEntries: 5,
              properties: [
                {
                  type: "instructions",
                  instructions: [
                    { type: "goto-table" },
                    { type: "experimenter", experimenter: 6, data: new Uint8Array() },
                    { type: "unknown", code: 99, data: new Uint8Array() },
                  ],
                },
                { type: "next-tables-miss", tables: [2, 3, 4] },
                { type: "apply-actions", actions: [{ type: "output" }, { type: "set-field" }] },
                {
                  type: "match",
                  fields: [
                    { field: "in_port", masked: false },
                    { field: "vlan_vid", masked: true },
                    { field: "nxm_nx_reg0", masked: false },
                    { field: "tcp_flags", masked: false },
                  ],
                },
                { type: "write-setfield-miss", fields: [] },
                { type: "experimenter", experimenter: 7, data: bytesOf("00000008 09") },
                { type: "unknown", code: 500, data: bytesOf("ab") },
              ],
            },
          ],
        },
      },
      `04 13 00b8 00000007 000c 0001 00000000
       00a8 01 0000000000                             // 168 bytes, table, pad
       636c61737369666965720000 0000000000000000 0000000000000000 00000000  // "classifier"
       0000000000000002 0000000000000003 00000004 00000005
       0000 0014 0001 0004 ffff 0008 00000006 0063 0004 00000000   // INSTRUCTIONS, 20 bytes + pad
       0003 0007 02 03 04 00                          // NEXT_TABLES_MISS, 7 bytes + pad
       0006 000c 0000 0004 0019 0004 00000000         // APPLY_ACTIONS, 12 bytes + pad
       0008 0018 80000004 80000d04 00010004 ffff5406 4f4e4600   // MATCH, 24 bytes
       000d 0004 00000000                             // WRITE_SETFIELD_MISS, 4 bytes + pad
       fffe 000d 00000007 00000008 09 000000          // EXPERIMENTER, 13 bytes + pad
       01f4 0005 ab 000000                            // nothing known, 5 bytes + pad`,
    );
  });

  test("a property without a length is refused", () => {
    const bytes = bytesOf(`04 13 0058 00000007 000c 0000 00000000 0048 00 0000000000
                           ${"00".repeat(56)} 0000 0000 00000000`);
    expect(decodeMessage(bytes)._unsafeUnwrapErr()).toEqual({
      type: "malformed",
      offset: 84,
      reason: "a length of 0",
    });
  });
});
