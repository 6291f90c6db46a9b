import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Codec } from "../../../../../src/drivers/openflow/wire/kit/codec.ts";
import { hex, mac } from "../../../../../src/drivers/openflow/wire/kit/hex.ts";
import { Reader } from "../../../../../src/drivers/openflow/wire/kit/reader.ts";
import {
  named,
  rest,
  text,
  u8,
  u16,
  u24,
  u32,
  u64,
} from "../../../../../src/drivers/openflow/wire/kit/scalars.ts";
import { Writer } from "../../../../../src/drivers/openflow/wire/kit/writer.ts";
import { bytesOf, hexOf } from "../golden.ts";

function written<T>(codec: Codec<T>, value: T): string {
  const writer = new Writer(1);
  codec.write(writer, value);
  return hexOf(writer.finish());
}

function read<T>(codec: Codec<T>, digits: string): T {
  return codec.read(new Reader(bytesOf(digits)));
}

describe("scalars", () => {
  test.each([
    ["u8", u8, 0xfe, "fe"],
    ["u16", u16, 0xfedc, "fedc"],
    ["u24", u24, 0xfedcba, "fedcba"],
    ["u32", u32, 0xfedcba98, "fedcba98"],
  ] as const)("%s stands with its most significant byte first", (_, codec, value, digits) => {
    expect(written(codec, value)).toBe(digits);
    expect(read(codec, digits)).toBe(value);
  });

  test("u64 is a big integer", () => {
    expect(written(u64, 0xfedcba9876543210n)).toBe("fedcba9876543210");
    expect(read(u64, "fedcba9876543210")).toBe(0xfedcba9876543210n);
  });

  test("the rest is a copy that nothing else is written to, however long it is", () => {
    const all = Array.from({ length: 40 }, (_, index) => new Uint8Array(37 * index).fill(index));
    const copies = all.map((bytes) => {
      const given = bytes.slice();
      const copy = rest.read(new Reader(given));
      given.fill(0xff);
      return copy;
    });
    expect(copies).toEqual(all);
  });

  test("text is filled up with NUL, cut at its field, and ends at the first NUL", () => {
    expect(written(text(4), "ab")).toBe("61620000");
    expect(written(text(4), "abcdef")).toBe("61626364");
    expect(read(text(4), "61620063")).toBe("ab");
    expect(read(text(4), "61626364")).toBe("abcd");
  });

  test("a number with a name is the name, in both directions", () => {
    const colour = named(u8, { red: 1, blue: 4 });
    expect(read(colour, "04")).toBe("blue");
    expect(read(colour, "05")).toBe(5);
    expect(written(colour, "red")).toBe("01");
    expect(written(colour, 200)).toBe("c8");
  });

  test("a MAC address is read in lower case and written from either", () => {
    expect(read(mac, "0a0b0c0d0e0f")).toBe("0a:0b:0c:0d:0e:0f");
    expect(written(mac, "0A:0B:0c:0d:0e:0f")).toBe("0a0b0c0d0e0f");
  });

  test("hexadecimal text keeps every byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const codec = hex(bytes.length);
        expect(written(codec, hexOf(bytes))).toBe(hexOf(bytes));
        expect(read(codec, hexOf(bytes))).toBe(hexOf(bytes));
      }),
    );
  });
});
