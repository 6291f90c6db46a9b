// Hello, OpenFlow 1.3.5 §7.5.1.
import type { Hello, HelloElement } from "../hello.ts";
import type { Codec } from "../kit/codec.ts";
import type { Reader } from "../kit/reader.ts";
import { rest, u32 } from "../kit/scalars.ts";
import { list } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";

const HEADER_BYTES = 4;
const VERSION_BITMAP = 1;

const elements: readonly Variant<Exclude<HelloElement, { readonly type: "malformed" }>>[] = [
  variant(VERSION_BITMAP, "version-bitmap", { bitmaps: list(u32) }),
];

const element = tlv(new Union(elements), "outside");

/** A hello must be taken whatever it carries, so what is no element is kept instead of refused. */
const lenientElement: Codec<HelloElement> = {
  read(reader) {
    return isElement(reader)
      ? element.read(reader)
      : { type: "malformed", data: rest.read(reader) };
  },
  write(writer, value) {
    if (value.type === "malformed") rest.write(writer, value.data);
    else element.write(writer, value);
  },
};

/** OFPT_HELLO. */
export const hello: Variant<Hello> = variant(0, "hello", { elements: list(lenientElement) });

/** Whether a whole element stands at the cursor, with zeros for padding. */
function isElement(reader: Reader): boolean {
  const start = reader.offset;
  const room = reader.end - start;
  if (room < HEADER_BYTES) return false;
  const type = reader.view.getUint16(start);
  const length = reader.view.getUint16(start + 2);
  const padded = length + (-length & 7);
  if (length < HEADER_BYTES || padded > room) return false;
  if (type === VERSION_BITMAP && length % 4 !== 0) return false;
  return reader.bytes.subarray(start + length, start + padded).every((byte) => byte === 0);
}
