import { describe, test } from "vitest";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("queues of OpenFlow 1.3", () => {
  test("a request for their configuration names a port", () => {
    expectGolden(
      OPENFLOW_1_3,
      { type: "queue-get-config-request", port: 0xffffffff },
      "04 16 0010 00000007 ffffffff 00000000",
    );
  });

  test("their configuration has the layout of §7.2.2", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "queue-get-config-reply",
        port: 1,
        queues: [
          {
            queue: 2,
            port: 1,
            properties: [
              { type: "min-rate", rate: 500 },
              { type: "max-rate", rate: 0xffff },
            ],
          },
          {
            queue: 3,
            port: 1,
            properties: [
              { type: "experimenter", experimenter: 4, data: bytesOf("0000000000000005") },
            ],
          },
        ],
      },
      `04 17 0068 00000007 00000001 00000000
       00000002 00000001 0030 000000000000            // queue, port, 48 bytes, pad
       0001 0010 00000000 01f4 000000000000           // MIN_RATE 50 %
       0002 0010 00000000 ffff 000000000000           // MAX_RATE not set
       00000003 00000001 0028 000000000000            // queue, port, 40 bytes, pad
       ffff 0018 00000000 00000004 00000000 0000000000000005`,
    );
  });

  test("their statistics have the layout of §7.3.5.8", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "queue",
          queues: [
            {
              port: 1,
              queue: 2,
              txBytes: 3n,
              txPackets: 4n,
              txErrors: 5n,
              durationS: 6,
              durationNs: 7,
            },
          ],
        },
      },
      `04 13 0038 00000007 0005 0000 00000000 00000001 00000002
       0000000000000003 0000000000000004 0000000000000005 00000006 00000007`,
    );
  });
});
