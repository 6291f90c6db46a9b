import type { Codec } from "./codec.ts";
import { type Pad, pad } from "./struct.ts";

/** The place of a length inside a {@link sized} structure. */
export const lengthHere: Pad = pad(2);

/** A structure that says its own length in bytes, as a u16 that stands `at` bytes from its start. */
export function sized<T>(at: number, inner: Codec<T>): Codec<T> {
  return {
    read(reader) {
      const start = reader.take(at + 2);
      const length = reader.view.getUint16(start + at);
      reader.offset = start;
      const outerEnd = reader.enter(length);
      const value = inner.read(reader);
      reader.leave(outerEnd);
      return value;
    },
    write(writer, value) {
      const start = writer.offset;
      inner.write(writer, value);
      writer.view.setUint16(start + at, writer.offset - start);
    },
  };
}
