import type { Codec } from "./codec.ts";
import { mapped } from "./mapped.ts";
import { u16 } from "./scalars.ts";
import { pad } from "./struct.ts";

/** What stands between a length and what it measures, and the latter. */
export interface Measured<Head, Inner> {
  readonly head: Head;
  readonly inner: Inner;
}

/** A length in bytes, something else, then as many bytes as the length says. */
export function measuredAfter<Head, Inner>(
  head: Codec<Head>,
  inner: Codec<Inner>,
): Codec<Measured<Head, Inner>> {
  return {
    read(reader) {
      const length = u16.read(reader);
      const between = head.read(reader);
      const outerEnd = reader.enter(length);
      const value = inner.read(reader);
      reader.leave(outerEnd);
      return { head: between, inner: value };
    },
    write(writer, value) {
      const at = writer.take(2);
      head.write(writer, value.head);
      const start = writer.offset;
      inner.write(writer, value.inner);
      writer.view.setUint16(at, writer.offset - start);
    },
  };
}

/** A length in bytes, `gap` zero bytes, then as many bytes as the length says. */
export function measured<T>(gap: number, inner: Codec<T>): Codec<T> {
  return mapped(
    measuredAfter(pad(gap), inner),
    (value) => value.inner,
    (value) => ({ head: undefined, inner: value }),
  );
}

/** As {@link measured}, filled up with zeros to a multiple of eight bytes. */
export function measuredAndPadded<T>(gap: number, inner: Codec<T>): Codec<T> {
  const exact = measured(gap, inner);
  return {
    read(reader) {
      const start = reader.offset + 2 + gap;
      const value = exact.read(reader);
      reader.take((start - reader.offset) & 7);
      return value;
    },
    write(writer, value) {
      const start = writer.offset + 2 + gap;
      exact.write(writer, value);
      writer.alignTo8(start);
    },
  };
}
