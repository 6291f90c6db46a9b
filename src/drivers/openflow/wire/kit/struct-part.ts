import type { Codec } from "./codec.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** One field of a structure, or several that stand next to each other. */
export interface StructPart {
  readInto(reader: Reader, value: Record<string, unknown>): void;
  writeFrom(writer: Writer, value: Readonly<Record<string, unknown>>): void;
}

/** How many bytes an integer may take; one of eight is a bigint. */
export type IntegerBytes = 1 | 2 | 3 | 4 | 8;

/** An integer in a {@link Run}. */
export interface IntegerField {
  readonly name: string;
  readonly bytes: IntegerBytes;
  /** Where it stands in the run. */
  readonly at: number;
}

/**
 * Integers in a row, with padding between them. They are claimed together and need no call each, which is
 * what most of the time would go into.
 */
export class Run implements StructPart {
  readonly #fields: readonly IntegerField[];
  readonly #bytes: number;

  /** `bytes` is how many it takes, padding included. */
  constructor(fields: readonly IntegerField[], bytes: number) {
    this.#fields = fields;
    this.#bytes = bytes;
  }

  readInto(reader: Reader, value: Record<string, unknown>): void {
    const start = reader.take(this.#bytes);
    const { view } = reader;
    for (const { name, bytes, at } of this.#fields)
      value[name] = integerAt(view, start + at, bytes);
  }

  writeFrom(writer: Writer, value: Readonly<Record<string, unknown>>): void {
    const start = writer.take(this.#bytes);
    const { view } = writer;
    for (const { name, bytes, at } of this.#fields)
      setInteger(view, start + at, bytes, value[name]);
  }
}

/** A field with a codec of its own. */
export class Single implements StructPart {
  readonly #name: string;
  readonly #codec: Codec<unknown>;

  constructor(name: string, codec: Codec<unknown>) {
    this.#name = name;
    this.#codec = codec;
  }

  readInto(reader: Reader, value: Record<string, unknown>): void {
    const field = this.#codec.read(reader);
    if (field !== undefined) value[this.#name] = field;
    else if (this.#name in value) delete value[this.#name];
  }

  writeFrom(writer: Writer, value: Readonly<Record<string, unknown>>): void {
    this.#codec.write(writer, value[this.#name]);
  }
}

function integerAt(view: DataView, at: number, bytes: IntegerBytes): number | bigint {
  switch (bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at);
    case 3:
      return (view.getUint8(at) << 16) | view.getUint16(at + 1);
    case 4:
      return view.getUint32(at);
    case 8:
      return view.getBigUint64(at);
  }
}

function setInteger(view: DataView, at: number, bytes: IntegerBytes, value: unknown): void {
  // It has the type that the field's codec says: a bigint where there are eight bytes.
  const number = value as number;
  switch (bytes) {
    case 1:
      view.setUint8(at, number);
      break;
    case 2:
      view.setUint16(at, number);
      break;
    case 3:
      view.setUint8(at, number >>> 16);
      view.setUint16(at + 1, number);
      break;
    case 4:
      view.setUint32(at, number);
      break;
    case 8:
      view.setBigUint64(at, value as bigint);
  }
}
