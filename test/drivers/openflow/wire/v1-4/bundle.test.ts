import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import type { OfMessage } from "../../../../../src/drivers/openflow/wire/message.ts";
import { OPENFLOW_1_3, OPENFLOW_1_4 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

const open: OfMessage = { type: "bundle-control", bundle: 5, control: "open-request", flags: 3 };
const add: OfMessage = {
  type: "bundle-add",
  bundle: 5,
  flags: 3,
  inner: { xid: 7, message: { type: "barrier-request" } },
};

describe("bundles", () => {
  test("OpenFlow 1.4 has messages of its own (§7.3.9)", () => {
    expectGolden(OPENFLOW_1_4, open, "05 21 0010 00000007 00000005 0000 0003");
    expectGolden(OPENFLOW_1_4, add, "05 22 0018 00000007 00000005 0000 0003 05 14 0008 00000007");
  });

  test("OpenFlow 1.3 has them as the ONF's extension 230", () => {
    expectGolden(OPENFLOW_1_3, open, "04 04 0018 00000007 4f4e4600 000008fc 00000005 0000 0003");
    expectGolden(
      OPENFLOW_1_3,
      add,
      "04 04 0020 00000007 4f4e4600 000008fd 00000005 0000 0003 04 14 0008 00000007",
    );
  });

  test("their failures have the same names in both", () => {
    const failed: OfMessage = {
      type: "error",
      kind: "bundle-failed",
      code: "msg-failed",
      data: new Uint8Array(),
    };
    expectGolden(OPENFLOW_1_4, failed, "05 01 000c 00000007 0011 000d");
    expectGolden(OPENFLOW_1_3, failed, "04 01 0010 00000007 ffff 0909 4f4e4600");
  });

  test("zeros stand between the message and properties", () => {
    const inner = { xid: 7, message: { type: "echo-request", data: bytesOf("aa") } } as const;
    const properties = [
      { type: "experimenter", experimenter: 9, data: bytesOf("00000001") },
    ] as const;
    expectGolden(
      OPENFLOW_1_4,
      { ...add, inner, properties },
      `05 22 0030 00000007 00000005 0000 0003
       05 02 0009 00000007 aa 00000000000000   // the message, filled up
       ffff 000c 00000009 00000001 00000000`,
    );
  });

  test("a bundle in a bundle stays opaque", () => {
    const bytes = bytesOf(`05 22 0028 00000007 00000005 0000 0003
      05 22 0018 00000007 00000005 0000 0003 05 14 0008 00000007`);
    expect(decodeMessage(bytes)._unsafeUnwrap().message).toMatchObject({
      type: "bundle-add",
      inner: { message: { type: "unknown", code: 34 } },
    });
  });
});
