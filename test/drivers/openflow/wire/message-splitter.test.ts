import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MessageSplitter,
  type SplitError,
} from "../../../../src/drivers/openflow/wire/message-splitter.ts";
import { bytesOf, hexOf } from "./golden.ts";

/** A message of echo with `size` bytes of data. */
function message(size: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(8 + size).fill(fill, 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (4 << 24) | (2 << 16) | (8 + size));
  return bytes;
}

/** Pushes the stream cut at the given places and gathers the messages in hexadecimal digits. */
function split(stream: Uint8Array, cuts: readonly number[]): string[] {
  const splitter = new MessageSplitter();
  const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length];
  const sorted = places.toSorted((a, b) => a - b);
  return sorted.slice(1).flatMap((end, index) => {
    const chunk = stream.slice(sorted[index], end);
    const messages = splitter.push(chunk)._unsafeUnwrap();
    chunk.fill(0xee);
    return messages.map(hexOf);
  });
}

describe("the message splitter", () => {
  test("however the stream is cut, the same messages come out, and chunks may be reused", () => {
    const sizes = fc.array(fc.oneof(fc.nat(40), fc.nat(3000)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat()), (each, cuts) => {
        const messages = each.map((size, index) => message(size, index));
        const stream = Uint8Array.from(Buffer.concat(messages));
        expect(split(stream, cuts)).toEqual(messages.map(hexOf));
      }),
    );
  });

  test("bytes may come one by one", () => {
    const stream = Uint8Array.from(Buffer.concat([message(0, 0), message(5, 1), message(0, 2)]));
    const cuts = Array.from(stream, (_, index) => index);
    expect(split(stream, cuts)).toHaveLength(3);
  });

  test("a message of the greatest length passes", () => {
    const greatest = message(65527, 1);
    expect(split(greatest, [3, 4, 5, 65534])).toEqual([hexOf(greatest)]);
  });

  test.each<[string, SplitError, string]>([
    ["shorter than its header", { type: "bad-length", length: 7 }, "04 02 0007 00"],
    ["above the limit", { type: "message-too-large", length: 101, limit: 100 }, "04 02 0065 00"],
  ])("a length %s is fatal as soon as it has arrived, and stays so", (_, error, hex) => {
    const splitter = new MessageSplitter({ maxMessageBytes: 100 });
    const bytes = bytesOf(hex);
    expect(splitter.push(bytes.subarray(0, 3))._unsafeUnwrap()).toEqual([]);
    expect(splitter.push(bytes.subarray(3))._unsafeUnwrapErr()).toEqual(error);
    expect(splitter.push(message(0, 0))._unsafeUnwrapErr()).toEqual(error);
  });
});
