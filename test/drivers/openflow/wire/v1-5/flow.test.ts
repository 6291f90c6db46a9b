import { describe, test } from "vitest";
import { OPENFLOW_1_5 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("flow entries of OpenFlow 1.5", () => {
  test("the usual statistics become the numbers of earlier versions (§7.3.5.2)", () => {
    expectGolden(
      OPENFLOW_1_5,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "flow",
          flows: [
            {
              table: 1,
              priority: 2,
              idleTimeoutS: 3,
              hardTimeoutS: 4,
              flags: 5,
              importance: 6,
              cookie: 7n,
              match: [],
              durationS: 8,
              durationNs: 9,
              packetCount: 10n,
              byteCount: 11n,
              instructions: [],
            },
          ],
        },
      },
      `06 13 0058 00000007 0001 0000 00000000
       0048 0000 01 00 0002 0003 0004 0005 0006 0000000000000007
       0001 0004 00000000
       0000 0028                              // statistics of 40 bytes
       80020008 00000008 00000009             // duration
       80020808 000000000000000a              // packets
       80020a08 000000000000000b              // bytes`,
    );
  });

  test("a packet-out has its port in a match (§7.3.7)", () => {
    expectGolden(
      OPENFLOW_1_5,
      { type: "packet-out", bufferId: 0xffffffff, inPort: 4, actions: [], data: bytesOf("ab") },
      `06 0d 0021 00000007 ffffffff 0000 0000
       0001 000c 80000004 00000004 00000000 ab`,
    );
  });
});
