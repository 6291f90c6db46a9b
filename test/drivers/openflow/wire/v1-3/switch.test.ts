import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../../../../src/drivers/openflow/wire/encode.ts";
import type { OfMessage } from "../../../../../src/drivers/openflow/wire/message.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { expectGolden, hexOf } from "../golden.ts";

const settings = [
  { type: "packet-in-master", mask: 7 },
  { type: "packet-in-slave", mask: 0 },
  { type: "port-status-master", mask: 7 },
  { type: "port-status-slave", mask: 3 },
  { type: "flow-removed-master", mask: 15 },
  { type: "flow-removed-slave", mask: 0 },
] as const;
const settingsHex = "00000007 00000000 00000007 00000003 0000000f 00000000";
const role = { role: "master", generationId: 0x8000000000000001n } as const;
const roleHex = "00000002 00000000 8000000000000001";

const golden: readonly (readonly [OfMessage, string])[] = [
  [{ type: "features-request" }, "04 05 0008 00000007"],
  [
    {
      type: "features-reply",
      datapathId: 0x00000000000000a1n,
      buffers: 256,
      tables: 254,
      auxiliaryId: 1,
      capabilities: 0x4f,
    },
    `04 06 0020 00000007 00000000000000a1   // datapath id
     00000100 fe 01 0000                    // buffers, tables, auxiliary id, pad
     0000004f 00000000                      // capabilities, reserved`,
  ],
  [{ type: "get-config-request" }, "04 07 0008 00000007"],
  [{ type: "get-config-reply", flags: 1, missSendLen: 128 }, "04 08 000c 00000007 0001 0080"],
  [{ type: "set-config", flags: 0, missSendLen: 0xffff }, "04 09 000c 00000007 0000 ffff"],
  [{ type: "barrier-request" }, "04 14 0008 00000007"],
  [{ type: "barrier-reply" }, "04 15 0008 00000007"],
  [{ type: "role-request", ...role }, `04 18 0018 00000007 ${roleHex}`],
  [{ type: "role-reply", ...role }, `04 19 0018 00000007 ${roleHex}`],
  [{ type: "get-async-request" }, "04 1a 0008 00000007"],
  [{ type: "get-async-reply", settings }, `04 1b 0020 00000007 ${settingsHex}`],
  [{ type: "set-async", settings }, `04 1c 0020 00000007 ${settingsHex}`],
];

describe("the switch and its connection in OpenFlow 1.3", () => {
  test.each(golden)("$type is laid out as §7.3 says", (message, hex) => {
    expectGolden(OPENFLOW_1_3, message, hex);
  });

  test("asynchronous messages that are not listed are turned off", () => {
    const bytes = encodeMessage(OPENFLOW_1_3, 7, {
      type: "set-async",
      settings: [{ type: "port-status-slave", mask: 7 }],
    });
    expect(hexOf(bytes)).toBe("041c002000000007000000000000000000000000000000070000000000000000");
  });

  test("a description has five texts of fixed length (§7.3.5.1)", () => {
    const field = (text: string, size: number) =>
      Buffer.from(text, "latin1")
        .toString("hex")
        .padEnd(2 * size, "0");
    expectGolden(
      OPENFLOW_1_3,
      {
        type: "multipart-reply",
        more: false,
        body: {
          type: "desc",
          manufacturer: "Nicira, Inc.",
          hardware: "Open vSwitch",
          software: "3.1.0",
          serialNumber: "x".repeat(32),
          datapath: "",
        },
      },
      `04 13 0430 00000007 0000 0000 00000000
       ${field("Nicira, Inc.", 256)} ${field("Open vSwitch", 256)} ${field("3.1.0", 256)}
       ${field("x".repeat(32), 32)} ${field("", 256)}`,
    );
  });
});
