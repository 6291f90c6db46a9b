import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeHeader,
  decodeInBrief,
  decodeMessage,
} from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import {
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  supportedVersions,
} from "../../../../src/drivers/openflow/wire/version.ts";
import { envelope } from "./arbitrary-messages.ts";
import { bytesOf } from "./golden.ts";

/** The same, where tables can do nothing. */
function inBrief(message: OfMessage): OfMessage {
  if (message.type !== "multipart-reply" || message.body.type !== "table-features") return message;
  const tables = message.body.tables.map((table) => ({ ...table, properties: [] }));
  return { ...message, body: { ...message.body, tables } };
}

describe("decoding", () => {
  test("a header says version, type, length and xid", () => {
    expect(decodeHeader(bytesOf("ff 0e 0030 80000001 00"))._unsafeUnwrap()).toEqual({
      version: 255,
      code: 14,
      length: 48,
      xid: 0x80000001,
    });
  });

  test.each([
    ["fewer than eight bytes", "04 02 0008 000000", { type: "truncated", offset: 0, needed: 8 }],
    ["a length below eight", "04 02 0007 00000000", { type: "malformed", offset: 8 }],
    [
      "bytes that are missing",
      "04 02 000a 00000000 01",
      { type: "truncated", offset: 8, needed: 2 },
    ],
    ["bytes after its end", "04 02 0008 00000000 01", { type: "malformed", offset: 8 }],
    ["a body that is too long", "04 14 000a 00000000 0102", { type: "malformed", offset: 8 }],
    ["another version", "03 0e 0008 00000000", { type: "unsupported-version", version: 3 }],
  ])("a message with %s is refused", (_, hex, error) => {
    expect(decodeMessage(bytesOf(hex))._unsafeUnwrapErr()).toMatchObject(error);
  });

  test.each([0, 1, 2, 3])("type %i is read in every version", (code) => {
    const bytes = bytesOf("63 00 000c 00000001 00010000");
    bytes[1] = code;
    expect(decodeMessage(bytes)._unsafeUnwrap()).toMatchObject({ version: 99, xid: 1 });
  });

  test("every shorter prefix of a message is truncated", () => {
    fc.assert(
      fc.property(envelope, fc.nat(), ({ xid, message }, cut) => {
        const bytes = encodeMessage(OPENFLOW_1_3, xid, message);
        const prefix = bytes.subarray(0, cut % bytes.length);
        expect(decodeMessage(prefix)._unsafeUnwrapErr().type).toBe("truncated");
      }),
    );
  });

  test("a message whose header was made to fit a prefix gives a value or a typed error", () => {
    fc.assert(
      fc.property(envelope, fc.nat(), ({ xid, message }, cut) => {
        const bytes = encodeMessage(OPENFLOW_1_3, xid, message);
        const prefix = bytes.slice(0, 8 + (cut % (bytes.length - 7)));
        new DataView(prefix.buffer).setUint16(2, prefix.length);
        const result = decodeMessage(prefix);
        if (result.isErr()) expect(result.error.offset).toBeLessThanOrEqual(prefix.length);
      }),
    );
  });

  test("arbitrary bytes behind a valid header give a value or a typed error", () => {
    fc.assert(
      fc.property(fc.nat(35), fc.uint8Array({ maxLength: 200 }), (code, body) => {
        const bytes = new Uint8Array(8 + body.length);
        bytes.set([4, code, 0, bytes.length]);
        bytes.set(body, 8);
        const result = decodeMessage(bytes);
        if (result.isErr()) expect(result.error.offset).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("in brief leaves out what tables can do, and nothing else", () => {
    fc.assert(
      fc.property(envelope, ({ xid, message }) => {
        const bytes = encodeMessage(OPENFLOW_1_3, xid, message);
        const whole = decodeMessage(bytes)._unsafeUnwrap();
        expect(decodeInBrief(bytes)._unsafeUnwrap()).toEqual({
          ...whole,
          message: inBrief(whole.message),
        });
      }),
      { numRuns: 1000 },
    );
  });

  test.each(supportedVersions.filter((each) => each !== OPENFLOW_1_0))(
    "in brief says how much tables take in version %i",
    (version) => {
      const known = { metadataMatch: 1n, metadataWrite: 2n, config: 3, maxEntries: 4 };
      const properties = [{ type: "next-tables", tables: [1, 2, 3] }] as const;
      const tables = [7, 8].map((table) => ({ table, name: "t", ...known, properties }));
      const body = { type: "table-features", tables } as const;
      const bytes = encodeMessage(version, 1, { type: "multipart-reply", more: false, body });
      expect(decodeInBrief(bytes)._unsafeUnwrap().message).toMatchObject({
        body: { tables: tables.map((each) => ({ ...each, properties: [] })) },
      });
    },
  );

  test("nothing that was decoded changes with the bytes it came from", () => {
    const bytes = bytesOf("04 02 000a 00000000 0102");
    const decoded = decodeMessage(bytes)._unsafeUnwrap();
    bytes.fill(0xee);
    expect(decoded.message).toEqual({ type: "echo-request", data: bytesOf("0102") });
  });
});
