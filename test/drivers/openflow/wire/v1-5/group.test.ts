import { describe, test } from "vitest";
import { OPENFLOW_1_5 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("groups of OpenFlow 1.5", () => {
  test("a bucket has its id, its actions and then its properties (§7.3.4.3.1)", () => {
    expectGolden(
      OPENFLOW_1_5,
      {
        type: "group-mod",
        command: "add",
        groupType: "fast-failover",
        group: 9,
        commandBucket: 0xffffffff,
        buckets: [{ id: 1, watchPort: 3, actions: [{ type: "output", port: 3, maxLen: 0 }] }],
      },
      `06 0f 0038 00000007
       0000 03 00 00000009                    // command, type, pad, group
       0020 0000 ffffffff                     // length of the buckets, pad, command bucket
       0020 0010 00000001                     // length, length of the actions, id
       0000 0010 00000003 0000 000000000000   // output
       0001 0008 00000003                     // watch port`,
    );
  });

  test("properties in another order than usual are kept as a list", () => {
    expectGolden(
      OPENFLOW_1_5,
      {
        type: "group-mod",
        command: "remove-bucket",
        groupType: "select",
        group: 9,
        commandBucket: 1,
        buckets: [
          {
            id: 1,
            weight: 5,
            watchPort: 3,
            actions: [],
            properties: [
              { type: "watch-port", port: 3 },
              { type: "weight", weight: 5 },
            ],
          },
        ],
        properties: [{ type: "experimenter", experimenter: 0x154d, data: bytesOf("00000001") }],
      },
      `06 0f 0040 00000007
       0005 01 00 00000009
       0018 0000 00000001
       0018 0000 00000001
       0001 0008 00000003 0000 0008 0005 0000
       ffff 000c 0000154d 00000001 00000000`,
    );
  });
});
