import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import { sampleMessages } from "./sample-messages.ts";

const samples = [...sampleMessages].flatMap(([version, messages]) =>
  messages.map((message, index) => ({ version, index, type: message.type, message })),
);

describe("messages of every version", () => {
  test.each(samples)("version $version, $index: a $type survives encode then decode", (sample) => {
    const { version, message } = sample;
    const bytes = encodeMessage(version, 5, message);
    expect(decodeMessage(bytes)._unsafeUnwrap()).toEqual({ version, xid: 5, message });
  });

  test("every shorter prefix of each is truncated, and says where", () => {
    for (const { version, message } of samples) {
      const bytes = encodeMessage(version, 5, message);
      for (let length = 0; length < bytes.length; length++) {
        const error = decodeMessage(bytes.subarray(0, length))._unsafeUnwrapErr();
        expect(error.type).toBe("truncated");
        expect(error.offset).toBeLessThanOrEqual(length);
      }
    }
  });

  test("each, cut short with a header to match, is refused or means something else, never thrown", () => {
    for (const { version, message } of samples) {
      const bytes = encodeMessage(version, 5, message);
      for (let length = 8; length < bytes.length; length++) {
        const cut = bytes.slice(0, length);
        new DataView(cut.buffer).setUint16(2, length);
        const result = decodeMessage(cut);
        if (result.isErr()) expect(result.error.offset).toBeLessThanOrEqual(length);
        else expect(result.value.message).not.toEqual(message);
      }
    }
  });
});
