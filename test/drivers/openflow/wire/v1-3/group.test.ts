import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../../src/drivers/openflow/wire/encode.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden, hexOf } from "../golden.ts";

const anyWatch = { weight: 0, watchPort: 0xffffffff, watchGroup: 0xffffffff };

describe("groups of OpenFlow 1.3", () => {
  test("a group-mod with two buckets has the layout of §7.3.4.2", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "group-mod",
        command: "add",
        groupType: "all",
        group: 17,
        buckets: [
          { ...anyWatch, actions: [{ type: "output", port: 1, maxLen: 0 }] },
          { ...anyWatch, actions: [] },
        ],
      },
      `04 0f 0040 00000007
       0000 00 00 00000011                                  // ADD, ALL, pad, group 17
       0020 0000 ffffffff ffffffff 00000000                 // bucket: 32 bytes, weight, watches, pad
       0000 0010 00000001 0000 000000000000                 //   OUTPUT 1
       0010 0000 ffffffff ffffffff 00000000                 // bucket: 16 bytes`,
    );
  });

  test("a fast-failover group watches ports", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "group-mod",
        command: "modify",
        groupType: "fast-failover",
        group: 1,
        buckets: [{ weight: 2, watchPort: 3, watchGroup: 4, actions: [] }],
      },
      `04 0f 0020 00000007 0001 03 00 00000001
       0010 0002 00000003 00000004 00000000`,
    );
  });

  test("what a bucket does not say is written as no weight and nothing to watch", () => {
    const groupMod = { type: "group-mod", command: "add", groupType: "all", group: 1 } as const;
    expect(hexOf(encodeMessage(OPENFLOW_1_3, 1, { ...groupMod, buckets: [{ actions: [] }] }))).toBe(
      hexOf(
        encodeMessage(OPENFLOW_1_3, 1, { ...groupMod, buckets: [{ ...anyWatch, actions: [] }] }),
      ),
    );
  });

  test("a bucket without a length is refused", () => {
    const bytes = bytesOf(`04 0f 0020 00000007 0000 00 00 00000001
                           0000 0000 ffffffff ffffffff 00000000`);
    expect(decodeMessage(bytes)._unsafeUnwrapErr()).toEqual({
      type: "truncated",
      offset: 16,
      needed: 2,
    });
  });

  test("group descriptions have the layout of §7.3.5.10", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "group-desc",
          groups: [
            { groupType: "indirect", group: 5, buckets: [] },
            { groupType: "select", group: 6, buckets: [{ ...anyWatch, weight: 9, actions: [] }] },
          ],
        },
      },
      `04 13 0030 00000007 0007 0000 00000000
       0008 02 00 00000005
       0018 01 00 00000006 0010 0009 ffffffff ffffffff 00000000`,
    );
  });

  test("group statistics have the layout of §7.3.5.9", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "group",
          groups: [
            {
              group: 1,
              refCount: 2,
              packetCount: 3n,
              byteCount: 4n,
              durationS: 5,
              durationNs: 6,
              buckets: [{ packetCount: 7n, byteCount: 8n }],
            },
          ],
        },
      },
      `04 13 0048 00000007 0006 0000 00000000
       0038 0000 00000001 00000002 00000000   // 56 bytes, pad, group, references, pad
       0000000000000003 0000000000000004      // packets, bytes
       00000005 00000006                      // duration s and ns
       0000000000000007 0000000000000008      // of the one bucket`,
    );
  });

  test("group features have the layout of §7.3.5.11", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "group-features",
          types: 0xf,
          capabilities: 7,
          maxGroups: { all: 1, select: 2, indirect: 3, fastFailover: 4 },
          actions: { all: 5, select: 6, indirect: 7, fastFailover: 8 },
        },
      },
      `04 13 0038 00000007 0008 0000 00000000 0000000f 00000007
       00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008`,
    );
  });
});
