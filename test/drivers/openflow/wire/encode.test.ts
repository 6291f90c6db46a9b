import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage, encodeMessages } from "../../../../src/drivers/openflow/wire/encode.ts";
import { flowMod } from "../../../../src/drivers/openflow/wire/flow.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { envelope } from "./arbitrary-messages.ts";
import { hexOf } from "./golden.ts";

describe("encoding", () => {
  test("every message survives encode then decode", () => {
    fc.assert(
      fc.property(envelope, ({ xid, message }) => {
        const bytes = encodeMessage(OPENFLOW_1_3, xid, message);
        const decoded = decodeMessage(bytes)._unsafeUnwrap();
        expect(decoded).toEqual({ version: OPENFLOW_1_3, xid, message });
      }),
      { numRuns: 1000 },
    );
  });

  test("many messages in one piece are the same bytes as one by one, in any memory", () => {
    fc.assert(
      fc.property(fc.array(envelope), (envelopes) => {
        const single = envelopes.map(({ xid, message }) =>
          hexOf(encodeMessage(OPENFLOW_1_3, xid, message)),
        );
        expect(hexOf(encodeMessages(OPENFLOW_1_3, envelopes))).toBe(single.join(""));
      }),
    );
  });

  test("what is encoded is not touched by what is encoded next", () => {
    const first = encodeMessage(OPENFLOW_1_3, 1, { type: "barrier-request" });
    encodeMessage(OPENFLOW_1_3, 0xffffffff, { type: "barrier-reply" });
    expect(hexOf(first)).toBe("0414000800000001");
  });

  test("padding is zero even after a message that could not be encoded", () => {
    const clean = hexOf(encodeMessage(OPENFLOW_1_3, 1, flowMod({})));
    const data = new Uint8Array(70_000).fill(0xff);
    const tooLong = { type: "echo-request", data } as const;
    expect(() => encodeMessage(OPENFLOW_1_3, 1, tooLong)).toThrow("70008 bytes");
    expect(hexOf(encodeMessage(OPENFLOW_1_3, 1, flowMod({})))).toBe(clean);
  });

  test.each([
    ["too short", "02:00:00:00:00"],
    ["not hexadecimal", "02:00:00:00:00:0g"],
  ])("an address that is %s is a defect of the caller", (_, value) => {
    const message = flowMod({ match: [{ field: "eth_dst", value }] });
    expect(() => encodeMessage(OPENFLOW_1_3, 1, message)).toThrow(value);
  });
});
