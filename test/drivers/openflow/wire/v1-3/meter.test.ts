import { describe, test } from "vitest";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("meters of OpenFlow 1.3", () => {
  test("a meter-mod with every kind of band has the layout of §7.3.4.4", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "meter-mod",
        command: "add",
        flags: 5,
        meter: 100,
        bands: [
          { type: "drop", rate: 1000, burst: 100 },
          { type: "dscp-remark", rate: 1, burst: 2, precLevel: 3 },
          {
            type: "experimenter",
            rate: 1,
            burst: 2,
            experimenter: 3,
            data: bytesOf("0102030400000000"),
          },
          { type: "unknown", code: 9, data: bytesOf("000000010000000200000003") },
        ],
      },
      `04 1d 0058 00000007
       0000 0005 00000064                             // ADD, KBPS and BURST, meter 100
       0001 0010 000003e8 00000064 00000000           // DROP above 1000 kbit/s, burst 100 kbit
       0002 0010 00000001 00000002 03 000000          // DSCP_REMARK by 3
       ffff 0018 00000001 00000002 00000003 0102030400000000
       0009 0010 00000001 00000002 00000003`,
    );
  });

  test("meter configurations have the layout of §7.3.5.13", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "meter-config",
          meters: [{ flags: 1, meter: 2, bands: [{ type: "drop", rate: 3, burst: 4 }] }],
        },
      },
      `04 13 0028 00000007 000a 0000 00000000
       0018 0001 00000002
       0001 0010 00000003 00000004 00000000`,
    );
  });

  test("meter statistics have the layout of §7.3.5.12, their length in the middle", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "meter",
          meters: [
            {
              meter: 1,
              flowCount: 2,
              packetInCount: 3n,
              byteInCount: 4n,
              durationS: 5,
              durationNs: 6,
              bands: [{ packetCount: 7n, byteCount: 8n }],
            },
          ],
        },
      },
      `04 13 0048 00000007 0009 0000 00000000
       00000001 0038 000000000000 00000002     // meter, 56 bytes, pad, flows
       0000000000000003 0000000000000004       // packets and bytes in
       00000005 00000006                       // duration s and ns
       0000000000000007 0000000000000008       // of the one band`,
    );
  });

  test("meter features have the layout of §7.3.5.14", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "meter-features",
          maxMeter: 262144,
          bandTypes: 2,
          capabilities: 15,
          maxBands: 8,
          maxColor: 0,
        },
      },
      `04 13 0020 00000007 000b 0000 00000000
       00040000 00000002 0000000f 08 00 0000`,
    );
  });
});
