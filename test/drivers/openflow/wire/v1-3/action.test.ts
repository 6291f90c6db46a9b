import { describe, expect, test } from "vitest";
import type { Action } from "../../../../../src/drivers/openflow/wire/action.ts";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

/** A packet-out without data around actions of so many bytes. */
function around(actionBytes: number, actions: string): string {
  const hex = (value: number) => value.toString(16).padStart(4, "0");
  const lengths = [hex(24 + actionBytes), hex(actionBytes)];
  return `04 0d ${lengths[0]} 00000007 ffffffff fffffffd ${lengths[1]} 000000000000 ${actions}`;
}

const golden: readonly (readonly [Action, string])[] = [
  [{ type: "output", port: 0xfffffffd, maxLen: 0xffff }, "0000 0010 fffffffd ffff 000000000000"],
  [{ type: "copy-ttl-out" }, "000b 0008 00000000"],
  [{ type: "copy-ttl-in" }, "000c 0008 00000000"],
  [{ type: "set-mpls-ttl", ttl: 64 }, "000f 0008 40 000000"],
  [{ type: "dec-mpls-ttl" }, "0010 0008 00000000"],
  [{ type: "push-vlan", ethertype: 0x88a8 }, "0011 0008 88a8 0000"],
  [{ type: "pop-vlan" }, "0012 0008 00000000"],
  [{ type: "push-mpls", ethertype: 0x8847 }, "0013 0008 8847 0000"],
  [{ type: "pop-mpls", ethertype: 0x0800 }, "0014 0008 0800 0000"],
  [{ type: "set-queue", queue: 3 }, "0015 0008 00000003"],
  [{ type: "group", group: 0xffffff00 }, "0016 0008 ffffff00"],
  [{ type: "set-nw-ttl", ttl: 1 }, "0017 0008 01 000000"],
  [{ type: "dec-nw-ttl" }, "0018 0008 00000000"],
  [
    { type: "set-field", field: { field: "eth_src", value: "02:00:00:00:00:0a" } },
    "0019 0010 80000806 02000000000a 0000",
  ],
  [{ type: "push-pbb", ethertype: 0x88e7 }, "001a 0008 88e7 0000"],
  [{ type: "pop-pbb" }, "001b 0008 00000000"],
  [
    { type: "experimenter", experimenter: 0x2320, data: bytesOf("7fff 000000000000") },
    "ffff 0010 00002320 7fff 000000000000",
  ],
  [{ type: "unknown", code: 99, data: bytesOf("01020304") }, "0063 0008 01020304"],
];

describe("actions of OpenFlow 1.3", () => {
  test.each(golden)("%j is laid out as §7.2.5 says", (action, hex) => {
    const message = {
      type: "packet-out",
      bufferId: 0xffffffff,
      inPort: 0xfffffffd,
      actions: [action],
      data: new Uint8Array(),
    } as const;
    expectGolden(OPENFLOW_1_3, message, around(bytesOf(hex).length, hex));
  });

  test.each([
    ["no length at all", "0000 0000 00000000"],
    ["a length shorter than its header", "0012 0003 00000000"],
    ["a length that is no multiple of eight", "0012 000c 00000000 00000000"],
    ["a length beyond its list", "0012 0010 00000000"],
    ["a length that is too short for its type", "0000 0008 00000001"],
    ["a length that is too long for its type", "0012 0010 00000000 00000000 00000000"],
  ])("an action with %s is refused", (_, hex) => {
    const error = decodeMessage(bytesOf(around(bytesOf(hex).length, hex)))._unsafeUnwrapErr();
    expect(["malformed", "truncated"]).toContain(error.type);
    expect("offset" in error && error.offset).toBeGreaterThanOrEqual(24);
  });
});
