import { expect, test } from "vitest";
import { Reader } from "../../../../../src/drivers/openflow/wire/kit/reader.ts";
import { u8, u16 } from "../../../../../src/drivers/openflow/wire/kit/scalars.ts";
import {
  constant,
  list,
  optionalList,
  pad,
  struct,
} from "../../../../../src/drivers/openflow/wire/kit/struct.ts";
import { Writer } from "../../../../../src/drivers/openflow/wire/kit/writer.ts";

const codec = struct({ kind: constant("x"), a: u8, _: pad(1), b: u16, more: optionalList(u8) });

test("a structure has its fields in wire order, and no place for padding or what is left out", () => {
  const value = codec.read(new Reader(Uint8Array.of(1, 9, 2, 3)));
  expect(value).toStrictEqual({ kind: "x", a: 1, b: 0x0203 });
  expect(Object.keys(value)).toEqual(["kind", "a", "b"]);
});

test("what is read of one structure does not show in the next", () => {
  const [first, second] = [Uint8Array.of(1, 0, 0, 2, 7), Uint8Array.of(3, 0, 0, 4)].map((bytes) =>
    codec.read(new Reader(bytes)),
  );
  expect(first).toStrictEqual({ kind: "x", a: 1, b: 2, more: [7] });
  expect(second).toStrictEqual({ kind: "x", a: 3, b: 4 });
});

test("a structure is the same with a blank as without", () => {
  const fields = { kind: constant("x"), a: u8, _: pad(1), b: u16, more: optionalList(u8) };
  const withBlank = struct(fields, () => ({ kind: "x", a: 0, b: 0 }));
  for (const bytes of [Uint8Array.of(1, 0, 0, 2), Uint8Array.of(1, 0, 0, 2, 7)]) {
    const value = withBlank.read(new Reader(bytes));
    expect(value).toStrictEqual(codec.read(new Reader(bytes)));
    const writer = new Writer(8);
    withBlank.write(writer, value);
    expect(writer.finish()).toEqual(bytes);
  }
});

test("integers in a row are cut short where the row starts", () => {
  const read = (): unknown => codec.read(new Reader(Uint8Array.of(1, 9, 2)));
  expect(read).toThrow(
    expect.objectContaining({ error: { type: "truncated", offset: 0, needed: 4 } }),
  );
});

test("a list of any length is read as it was written", () => {
  const items = list(u8);
  for (let length = 0; length < 40; length += 1) {
    const values = Array.from({ length }, (_, index) => index);
    const writer = new Writer(64);
    items.write(writer, values);
    expect(items.read(new Reader(writer.finish()))).toEqual(values);
  }
});
