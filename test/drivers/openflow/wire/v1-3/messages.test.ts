import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../../../../src/drivers/openflow/wire/encode.ts";
import type { OfMessage } from "../../../../../src/drivers/openflow/wire/message.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

const data = bytesOf("0102");

const golden: readonly (readonly [string, OfMessage, string])[] = [
  ["an echo request", { type: "echo-request", data }, "04 02 000a 00000007 0102"],
  ["an echo reply", { type: "echo-reply", data }, "04 03 000a 00000007 0102"],
  [
    "an error with names",
    { type: "error", kind: "flow-mod-failed", code: "table-full", data },
    "04 01 000e 00000007 0005 0001 0102",
  ],
  [
    "an error whose last code is last in its list",
    { type: "error", kind: "table-features-failed", code: "eperm", data },
    "04 01 000e 00000007 000d 0005 0102",
  ],
  [
    "an error with a code that has no name",
    { type: "error", kind: "meter-mod-failed", code: 500, data },
    "04 01 000e 00000007 000c 01f4 0102",
  ],
  [
    "an error of a kind that has no name",
    { type: "error", kind: 200, code: 3, data },
    "04 01 000e 00000007 00c8 0003 0102",
  ],
  [
    "an error of an experimenter",
    { type: "error", kind: "experimenter", code: 2600, experimenter: 7, data },
    "04 01 0012 00000007 ffff 0a28 00000007 0102",
  ],
  [
    "an error that ONF numbered before the standard did",
    { type: "error", kind: "bad-instruction", code: "dup-instruction", data },
    "04 01 0012 00000007 ffff 0a28 4f4e4600 0102",
  ],
  [
    "a message of an experimenter",
    { type: "experimenter", experimenter: 0x2320, expType: 10, data },
    "04 04 0012 00000007 00002320 0000000a 0102",
  ],
  [
    "a multipart request of an experimenter",
    {
      type: "multipart-request",
      more: false,
      body: { type: "experimenter", experimenter: 1, expType: 2, data },
    },
    "04 12 001a 00000007 ffff 0000 00000000 00000001 00000002 0102",
  ],
  [
    "a multipart reply without a name",
    { type: "multipart-reply", more: false, body: { type: "unknown", code: 99, data } },
    "04 13 0012 00000007 0063 0000 00000000 0102",
  ],
  ["a message without a name", { type: "unknown", code: 99, data }, "04 63 000a 00000007 0102"],
];

describe("the other messages of OpenFlow 1.3", () => {
  test.each(golden)("%s is laid out as §7 says", (_, message, hex) => {
    expectGolden(OPENFLOW_1_3, message, hex);
  });

  test("a code that belongs to another kind of error is a defect of the caller", () => {
    const wrong = { type: "error", kind: "bad-match", code: "table-full", data } as const;
    expect(() => encodeMessage(OPENFLOW_1_3, 1, wrong)).toThrow("no error table-full");
  });
});
