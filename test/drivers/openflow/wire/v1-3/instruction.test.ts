import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../../src/drivers/openflow/wire/decode.ts";
import { flowMod } from "../../../../../src/drivers/openflow/wire/flow.ts";
import type { Instruction } from "../../../../../src/drivers/openflow/wire/instruction.ts";
import { OPENFLOW_1_3 } from "../../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, expectGolden } from "../golden.ts";

/** A flow-mod of defaults around instructions. */
function around(instructions: string): string {
  const length = (56 + bytesOf(instructions).length).toString(16).padStart(4, "0");
  const fixed = `${"00".repeat(24)} ffffffff ffffffff ffffffff 0000 0000 0001000400000000`;
  return `04 0e ${length} 00000007 ${fixed} ${instructions}`;
}

const golden: readonly (readonly [Instruction, string])[] = [
  [{ type: "goto-table", table: 3 }, "0001 0008 03 000000"],
  [
    { type: "write-metadata", metadata: 1n, mask: 0xffffffff00000000n },
    "0002 0018 00000000 0000000000000001 ffffffff00000000",
  ],
  [
    { type: "write-actions", actions: [{ type: "group", group: 9 }] },
    "0003 0010 00000000 0016 0008 00000009",
  ],
  [{ type: "apply-actions", actions: [] }, "0004 0008 00000000"],
  [{ type: "clear-actions" }, "0005 0008 00000000"],
  [{ type: "meter", meter: 0x1000 }, "0006 0008 00001000"],
  [
    { type: "experimenter", experimenter: 0x4f4e4600, data: new Uint8Array() },
    "ffff 0008 4f4e4600",
  ],
  [{ type: "unknown", code: 7, data: bytesOf("00000001") }, "0007 0008 00000001"],
];

describe("instructions of OpenFlow 1.3", () => {
  test.each(golden)("%o is laid out as §7.2.4 says", (instruction, hex) => {
    expectGolden(OPENFLOW_1_3, flowMod({ instructions: [instruction] }), around(hex));
  });

  test("an action cannot reach beyond the instruction that holds it", () => {
    const hex = "0004 0010 00000000 0000 0010 00000001 0000 000000000000";
    expect(decodeMessage(bytesOf(around(hex)))._unsafeUnwrapErr()).toEqual({
      type: "truncated",
      offset: 68,
      needed: 12,
    });
  });

  test("an instruction without a length is refused", () => {
    const error = decodeMessage(bytesOf(around("0005 0000 00000000")))._unsafeUnwrapErr();
    expect(error).toMatchObject({ type: "malformed" });
  });
});
