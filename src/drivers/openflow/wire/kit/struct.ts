import type { Codec, Infer } from "./codec.ts";

/** Zero bytes between fields; they carry no value. What is received there is ignored. */
export interface Pad extends Codec<undefined> {
  readonly pad: true;
}

/** `size` zero bytes. */
export function pad(size: number): Pad {
  return {
    pad: true,
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

/** Fields one after another, as a table in the specification lists them. */
export function struct<const Fields extends FieldCodecs>(fields: Fields): Codec<Struct<Fields>> {
  // Taken apart once, so that the loops below run over entries of one shape: what is looked up in
  // objects of many shapes costs more than reading a field.
  const entries = Object.entries(fields).map(([name, codec]): Entry => {
    const { read, write } = codec as Codec<unknown>;
    const kinds = {
      isPad: "pad" in codec,
      isOptional: "optional" in codec,
      isConstant: "constant" in codec,
    };
    return { name, read, write, ...kinds };
  });
  // What is read starts as a copy with a place for every field: an object to which fields are added
  // one by one takes twice the memory, and longer.
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(
    entries.flatMap(({ name, isPad, isOptional }) => (isPad || isOptional ? [] : [[name, 0]])),
  );
  return {
    read(reader) {
      const value: Record<string, unknown> = { ...blank };
      for (const { name, read, isPad } of entries) {
        const field = read(reader);
        if (isPad) continue;
        if (field !== undefined) value[name] = field;
        else if (name in blank) delete value[name];
      }
      return value as Struct<Fields>;
    },
    write(writer, value) {
      const record = value as Readonly<Record<string, unknown>>;
      for (const { name, write, isPad, isConstant } of entries) {
        if (!isConstant) write(writer, isPad ? undefined : record[name]);
      }
    },
  };
}

/** One field of a structure. */
interface Entry extends Codec<unknown> {
  readonly name: string;
  readonly isPad: boolean;
  readonly isOptional: boolean;
  readonly isConstant: boolean;
}

/** A field that takes no bytes and always has the same value. */
export interface Constant<T> extends Codec<T> {
  readonly constant: true;
}

/** A field that this version of the protocol does not carry: it always reads as `value`. */
export function constant<const T>(value: T): Constant<T> {
  return { constant: true, read: () => value, write: () => undefined };
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
