import type { Codec } from "./codec.ts";

/** A value that is laid out on the wire in another shape. */
export function mapped<Wire, T>(
  codec: Codec<Wire>,
  fromWire: (wire: Wire) => T,
  toWire: (value: T) => Wire,
): Codec<T> {
  return {
    read: (reader) => fromWire(codec.read(reader)),
    write: (writer, value) => codec.write(writer, toWire(value)),
  };
}
