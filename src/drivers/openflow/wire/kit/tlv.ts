import type { Codec } from "./codec.ts";
import type { Union, Unknown } from "./union.ts";

const HEADER_BYTES = 4;

/**
 * Zeros up to a multiple of eight bytes after the body: `inside` the length, `outside` of it, or
 * `none` at all.
 */
export type Padding = "inside" | "outside" | "none";

/** Type u16, length u16 that counts both of them, then the body of the type. */
export function tlv<T extends { readonly type: string }>(
  union: Union<T>,
  padding: Padding,
): Codec<T | Unknown> {
  return {
    read(reader) {
      const start = reader.take(HEADER_BYTES);
      const length = reader.view.getUint16(start + 2);
      if (length < HEADER_BYTES || (padding === "inside" && length % 8 !== 0)) {
        reader.fail(`a length of ${length}`);
      }
      const outerEnd = reader.enter(length - HEADER_BYTES);
      const value = union.withCode(reader.view.getUint16(start)).body.read(reader);
      // Less than eight bytes are padding; more is refused by leave().
      if (padding === "inside" && reader.end - reader.offset < 8) reader.offset = reader.end;
      reader.leave(outerEnd);
      if (padding === "outside") reader.take(-length & 7);
      return value;
    },
    write(writer, value) {
      const start = writer.take(HEADER_BYTES);
      const { code, body } = union.of(value);
      body.write(writer, value);
      if (padding === "inside") writer.alignTo8(start);
      writer.view.setUint16(start, code);
      writer.view.setUint16(start + 2, writer.offset - start);
      if (padding === "outside") writer.alignTo8(start);
    },
  };
}
