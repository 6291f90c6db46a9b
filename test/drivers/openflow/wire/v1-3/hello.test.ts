import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { offeredVersions } from "../../../../../src/drivers/openflow/wire/hello.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

describe("hello in OpenFlow 1.3", () => {
  test("what Open vSwitch offers for 1.0, 1.3, 1.4 and 1.5 is read and written", () => {
    const message = {
      type: "hello",
      elements: [{ type: "version-bitmap", bitmaps: [0x72] }],
    } as const;
    expectGolden(OPENFLOW_1_3, message, "04 00 0010 00000007 0001 0008 00000072");
    expect(offeredVersions(message)).toEqual([1, 4, 5, 6]);
  });

  test("elements without a name are kept with their padding aside", () => {
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "hello",
        elements: [
          { type: "unknown", code: 9, data: bytesOf("aabb") },
          { type: "version-bitmap", bitmaps: [0x10, 0] },
        ],
      },
      "04 00 0020 00000007 0009 0006 aabb 0000 0001 000c 00000010 00000000 00000000",
    );
  });

  test.each([
    ["trailing bytes", "aabbcc"],
    ["an element without a length", "0001 0000 00000010"],
    ["an element longer than the message", "0001 0010 00000010"],
    ["a bitmap that is not made of words", "0001 0006 0010 0000"],
    ["padding that is missing", "0001 000c 00000010 00000000"],
    ["padding that is not zero", "0001 000c 00000010 00000000 00000001"],
  ])("%s do not make it fail", (_, hex) => {
    const data = bytesOf(hex);
    const length = (8 + data.length).toString(16).padStart(4, "0");
    const message = { type: "hello", elements: [{ type: "malformed", data }] } as const;
    expectGolden(OPENFLOW_1_3, message, `04 00 ${length} 00000007 ${hex}`);
    expect(offeredVersions(message)).toBeUndefined();
  });

  test("it is read whatever its version", () => {
    const decoded = decodeMessage(bytesOf("07 00 0008 00000001"))._unsafeUnwrap();
    expect(decoded).toEqual({ version: 7, xid: 1, message: { type: "hello", elements: [] } });
  });
});
