import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage } from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import type { OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import { MessageSplitter } from "../../../../src/drivers/openflow/wire/message-splitter.ts";
import { OPENFLOW_1_3 } from "../../../../src/drivers/openflow/wire/version.ts";
import { bytesOf, hexOf } from "./golden.ts";
import { captured, hasVectors, type Vector, vectors } from "./shared-vectors.ts";

const mine = vectors().filter((vector) => vector.version === "1.3");

function decoded(hex: string): OfMessage {
  return decodeMessage(bytesOf(hex))._unsafeUnwrap().message;
}

function reencoded(hex: string): string {
  const { xid, message } = decodeMessage(bytesOf(hex))._unsafeUnwrap();
  return hexOf(encodeMessage(OPENFLOW_1_3, xid, message));
}

/** What the collection's index calls a message, made from our name for it. */
function indexName(type: string): string {
  return type === "port-stats" ? "PORT" : type.replaceAll("-", "_").toUpperCase();
}

/** The numbers of a tshark tree by the last part of their names, of the fixed part only. */
function fixedFields(vector: Vector, prefix: string): Record<string, bigint> {
  const tree = Object.values(vector.tshark ?? {})[0] ?? {};
  const leaves = Object.entries(tree).filter(
    ([name, value]) => name.includes(prefix) && /^(0x)?[0-9a-f]+$/.test(String(value)),
  );
  return Object.fromEntries(
    leaves.map(([name, value]) => [name.split(".").at(-1), BigInt(String(value))]),
  );
}

describe.skipIf(!hasVectors)("the vectors of other implementations", () => {
  test("there are some", () => {
    expect(mine.length).toBeGreaterThan(200);
  });

  test.each(mine)("$file ($type $subtype) is what its index says and keeps its bytes", (vector) => {
    const message = decoded(vector.hex);
    expect(indexName(message.type)).toBe(vector.type);
    const isMultipart = message.type === "multipart-request" || message.type === "multipart-reply";
    if (isMultipart) {
      expect(indexName(message.body.type)).toBe(vector.subtype.replace(/:.*/, ""));
    }
    expect(reencoded(vector.hex)).toBe(vector.hex);
  });

  test.each(mine.filter((vector) => vector.type === "FLOW_MOD" && vector.tshark_ok === true))(
    "$file has the fixed fields that tshark sees",
    (vector) => {
      const message = decoded(vector.hex);
      expect(message.type).toBe("flow-mod");
      if (message.type !== "flow-mod") return;
      const number = (value: number | bigint) => BigInt(value);
      expect(fixedFields(vector, ".flowmod.")).toMatchObject({
        cookie: message.cookie,
        cookie_mask: message.cookieMask,
        table_id: number(message.table),
        idle_timeout: number(message.idleTimeoutS),
        hard_timeout: number(message.hardTimeoutS),
        priority: number(message.priority),
        buffer_id: number(message.bufferId),
        out_port: number(message.outPort),
        out_group: number(message.outGroup),
        flags: number(message.flags),
      });
    },
  );

  test("every message of the captured sessions comes out of the stream and keeps its bytes", () => {
    const session = captured().filter((hex) => hex.startsWith("04"));
    const stream = bytesOf(session.join(""));
    const messages = new MessageSplitter().push(stream)._unsafeUnwrap().map(hexOf);
    expect(messages).toEqual(session);
    expect(messages.map(reencoded)).toEqual(session);
  });

  test("bytes changed at random never make it throw or read past the message", () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...mine),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        ({ hex }, changes) => {
          const bytes = bytesOf(hex);
          for (const [place, value] of changes) bytes[4 + (place % (bytes.length - 4))] = value;
          const result = decodeMessage(bytes);
          if (result.isErr()) expect(result.error.offset).toBeLessThanOrEqual(bytes.length);
          else expect(() => encodeMessage(OPENFLOW_1_3, 0, result.value.message)).not.toThrow();
        },
      ),
      { numRuns: 5000 },
    );
  });
});
