import type { Codec } from "./codec.ts";
import { copied } from "./copied.ts";
import type { IntegerBytes } from "./struct-part.ts";
import { unencodable } from "./unencodable.ts";

/** An unsigned integer of a fixed size; a structure reads and writes those in a row together. */
export interface Integer<T> extends Codec<T> {
  readonly bytes: IntegerBytes;
}

/** An unsigned integer of 1 byte. */
export const u8: Integer<number> = {
  bytes: 1,
  read: (reader) => reader.view.getUint8(reader.take(1)),
  write(writer, value) {
    const at = writer.take(1);
    writer.view.setUint8(at, value);
  },
};

/** An unsigned integer of 2 bytes, as all integers most significant byte first. */
export const u16: Integer<number> = {
  bytes: 2,
  read: (reader) => reader.view.getUint16(reader.take(2)),
  write(writer, value) {
    const at = writer.take(2);
    writer.view.setUint16(at, value);
  },
};

/** An unsigned integer of 3 bytes. */
export const u24: Integer<number> = {
  bytes: 3,
  read(reader) {
    const at = reader.take(3);
    return (reader.view.getUint8(at) << 16) | reader.view.getUint16(at + 1);
  },
  write(writer, value) {
    const at = writer.take(3);
    writer.view.setUint8(at, value >>> 16);
    writer.view.setUint16(at + 1, value);
  },
};

/** An unsigned integer of 4 bytes. */
export const u32: Integer<number> = {
  bytes: 4,
  read: (reader) => reader.view.getUint32(reader.take(4)),
  write(writer, value) {
    const at = writer.take(4);
    writer.view.setUint32(at, value);
  },
};

/** An unsigned integer of 8 bytes. */
export const u64: Integer<bigint> = {
  bytes: 8,
  read: (reader) => reader.view.getBigUint64(reader.take(8)),
  write(writer, value) {
    const at = writer.take(8);
    writer.view.setBigUint64(at, value);
  },
};

/** All bytes up to the end of the window, copied out. */
export const rest: Codec<Uint8Array> = {
  read: (reader) => copied(reader.bytes, reader.take(reader.end - reader.offset), reader.end),
  write(writer, value) {
    const at = writer.take(value.length);
    writer.bytes.set(value, at);
  },
};

/** Text in a field of `size` bytes, one byte a character, filled up with NUL. Longer text is cut. */
export function text(size: number): Codec<string> {
  return {
    read(reader) {
      const at = reader.take(size);
      const nul = reader.bytes.subarray(at, at + size).indexOf(0);
      const end = nul < 0 ? at + size : at + nul;
      return String.fromCharCode(...reader.bytes.subarray(at, end));
    },
    write(writer, value) {
      const at = writer.take(size);
      const length = Math.min(size, value.length);
      for (let i = 0; i < length; i++) writer.view.setUint8(at + i, value.charCodeAt(i));
    },
  };
}

/** A closed set of numbers that have names; a number without a name stays a number. */
export function named<const Name extends string>(
  number: Codec<number>,
  numbers: Readonly<Partial<Record<Name, number>>>,
): Codec<Name | number> {
  const nameOf = new Map<number, Name>();
  for (const name in numbers) {
    const code = numbers[name];
    if (code !== undefined) nameOf.set(code, name);
  }
  return {
    read(reader) {
      const value = number.read(reader);
      return nameOf.get(value) ?? value;
    },
    write(writer, value) {
      const code = typeof value === "number" ? value : numbers[value];
      if (code === undefined) unencodable(`this version of OpenFlow has no ${value} here`);
      number.write(writer, code);
    },
  };
}
