import type { Codec, Infer } from "./codec.ts";
import type { Integer } from "./scalars.ts";
import { type IntegerField, Run, Single, type StructPart } from "./struct-part.ts";

/** Zero bytes between fields; they carry no value. What is received there is ignored. */
export interface Pad extends Codec<undefined> {
  readonly pad: true;
  readonly bytes: number;
}

/** `size` zero bytes. */
export function pad(size: number): Pad {
  return {
    pad: true,
    bytes: size,
    read: (reader) => void reader.take(size),
    write: (writer) => void writer.take(size),
  };
}

/** A field that the value may lack; it then takes no bytes. */
export interface Optional<T> extends Codec<T | undefined> {
  readonly optional: true;
}

/** What fields with these codecs make. */
export type Struct<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends Silent ? never : Name]: Infer<
    Fields[Name]
  >;
} & {
  readonly [Name in keyof Fields as Fields[Name] extends Optional<unknown>
    ? Name
    : never]?: Exclude<Infer<Fields[Name]>, undefined>;
};

/** What makes no field that is always there. */
type Silent = Pad | { readonly optional: true };

/** The fields of a `T`, for use in more than one structure; names that start with `_` are padding. */
export type FieldsOf<T> = { readonly [Name in keyof T]: Codec<T[Name]> } & {
  readonly [Padding in `_${string}`]: Pad;
};

/** The codecs of a structure's fields in wire order, by name. */
export type FieldCodecs = Readonly<Record<string, Codec<never> | Codec<unknown>>>;

/**
 * Makes what a structure is read into, constants included, by a literal that has all its fields: ten times
 * as fast as to copy an original that is not known when this is compiled. For what is read often.
 */
export type Blank<T> = () => { readonly [Name in keyof T]?: unknown };

/** Fields one after another, as a table in the specification lists them. */
export function struct<const Fields extends FieldCodecs>(
  fields: Fields,
  blank?: Blank<Struct<Fields>>,
): Codec<Struct<Fields>> {
  const parts = partsOf(fields);
  const make: () => object = blank ?? copiesOf(fields);
  return {
    read(reader) {
      const value = make() as Record<string, unknown>;
      for (const part of parts) part.readInto(reader, value);
      return value as Struct<Fields>;
    },
    write(writer, value) {
      const record = value as Readonly<Record<string, unknown>>;
      for (const part of parts) part.writeFrom(writer, record);
    },
  };
}

function partsOf(fields: FieldCodecs): readonly StructPart[] {
  const parts: StructPart[] = [];
  let row: IntegerField[] = [];
  let bytes = 0;
  const endRow = (): void => {
    if (bytes > 0) parts.push(new Run(row, bytes));
    row = [];
    bytes = 0;
  };
  for (const [name, codec] of Object.entries(fields)) {
    if (isConstant(codec)) continue;
    if (isPad(codec)) bytes += codec.bytes;
    else if (isInteger(codec)) {
      row.push({ name, bytes: codec.bytes, at: bytes });
      bytes += codec.bytes;
    } else {
      endRow();
      parts.push(new Single(name, codec as Codec<unknown>));
    }
  }
  endRow();
  return parts;
}

/**
 * Makes values with a place for every field: an object to which fields are added one by one takes twice
 * the memory, and longer.
 */
function copiesOf(fields: FieldCodecs): () => object {
  const original = Object.fromEntries(
    Object.entries(fields).flatMap(([name, codec]) => {
      if (isConstant(codec)) return [[name, codec.constant]];
      return isPad(codec) || "optional" in codec ? [] : [[name, 0]];
    }),
  );
  return () => ({ ...original });
}

type FieldCodec = FieldCodecs[string];

function isPad(codec: FieldCodec): codec is Pad {
  return "pad" in codec;
}

function isConstant(codec: FieldCodec): codec is Constant<unknown> {
  return "constant" in codec;
}

function isInteger(codec: FieldCodec): codec is Integer<never> {
  return "bytes" in codec;
}

/** A field that takes no bytes and always has the same value. */
export interface Constant<T> extends Codec<T> {
  readonly constant: T;
}

/** A field that this version of the protocol does not carry: it always reads as `value`. */
export function constant<const T>(value: T): Constant<T> {
  return { constant: value, read: () => value, write: () => undefined };
}

/** A field that may be left out of the value; `absent` is then written. */
export function withDefault<T>(codec: Codec<T>, absent: T): Codec<T> {
  return {
    read: (reader) => codec.read(reader),
    write: (writer, value: T | undefined) => codec.write(writer, value ?? absent),
  };
}

/** Items until the window ends; none at all leave the field out. */
export function optionalList<T>(item: Codec<T>): Optional<readonly T[]> {
  const items = list(item);
  return {
    optional: true,
    read: (reader) => (reader.offset < reader.end ? items.read(reader) : undefined),
    write(writer, value) {
      if (value !== undefined) items.write(writer, value);
    },
  };
}

/** Items until the window ends. */
export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    read(reader) {
      if (reader.offset >= reader.end) return [];
      // Most lists have one item or two; a list that grows has room for seventeen from the first on.
      const first = item.read(reader);
      if (reader.offset >= reader.end) return [first];
      const items = [first, item.read(reader)];
      while (reader.offset < reader.end) items.push(item.read(reader));
      return items;
    },
    write(writer, items) {
      for (const value of items) item.write(writer, value);
    },
  };
}
