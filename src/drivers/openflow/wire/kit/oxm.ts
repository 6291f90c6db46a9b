import type { OxmField, OxmFieldName, OxmId, UnknownField } from "../match.ts";
import type { Codec } from "./codec.ts";
import { hex } from "./hex.ts";
import type { Reader } from "./reader.ts";
import { u32 } from "./scalars.ts";
import { unencodable } from "./unencodable.ts";
import type { Writer } from "./writer.ts";

/** The class of the fields that the specification numbers. */
export const CLASS_BASIC = 0x8000;
/** The class of fields whose header is followed by the id of an organisation. */
export const CLASS_EXPERIMENTER = 0xffff;
const MAX_CLASS = 0xffff;
const MASK_BIT = 0x100;
const EXPERIMENTER_BYTES = 4;
const MAX_PAYLOAD_BYTES = 0xff;

/** A match field that has a name. */
type NamedField = Exclude<OxmField, UnknownField>;

/** What stands for a field on the wire. */
export interface FieldCode {
  readonly class: number;
  readonly code: number;
  /** There when `class` is {@link CLASS_EXPERIMENTER}. */
  readonly experimenter?: number;
}

/** One match field: what stands for it and its name. */
export interface FieldSpec<Field extends FieldValue<string, unknown> = NamedField>
  extends FieldCode {
  readonly field: Field["field"];
  /** The header of the field without a mask. */
  readonly header: number;
  /** The header of the field with one. */
  readonly maskedHeader: number;
  read(reader: Reader, masked: boolean): Field;
  write(writer: Writer, field: Field): void;
}

/** A field, its value and perhaps a mask. */
export interface FieldValue<Name, Value> {
  readonly field: Name;
  readonly value: Value;
  readonly mask?: Value;
}

/** Builds the specification of one field from the codec of its value, of `size` bytes. */
export function fieldSpec<const Name extends string, Value>(
  code: FieldCode,
  field: Name,
  size: number,
  codec: Codec<Value>,
): FieldSpec<FieldValue<Name, Value>> {
  return {
    ...code,
    field,
    header: header(code, size, false),
    maskedHeader: header(code, size, true),
    read(reader, masked) {
      const value = codec.read(reader);
      return masked ? { field, value, mask: codec.read(reader) } : { field, value };
    },
    write(writer, { value, mask }) {
      codec.write(writer, value);
      if (mask !== undefined) codec.write(writer, mask);
    },
  };
}

/** Finds the fields of one version of the protocol by number and by name. */
export class FieldTable {
  /** The fields of the basic class by number: nearly all that is ever looked up. */
  readonly #basic: readonly (FieldSpec | undefined)[];
  /** The others by {@link keyOf}. */
  readonly #others: ReadonlyMap<number, FieldSpec>;
  readonly #byName: ReadonlyMap<string, FieldSpec>;

  constructor(specs: readonly FieldSpec[]) {
    const basic: (FieldSpec | undefined)[] = new Array(128).fill(undefined);
    for (const spec of specs) if (spec.class === CLASS_BASIC) basic[spec.code] = spec;
    this.#basic = basic;
    const others = specs.filter((spec) => spec.class !== CLASS_BASIC);
    this.#others = new Map(others.map((spec) => [keyOf(spec), spec]));
    this.#byName = new Map(specs.map((spec) => [spec.field, spec]));
  }

  /** The field whose header has just been read, when it is one of the table. */
  find(reader: Reader, header: number): FieldSpec | undefined {
    const code = (header >>> 9) & 0x7f;
    const oxmClass = header >>> 16;
    if (oxmClass === CLASS_BASIC) return this.#basic[code];
    if (oxmClass !== CLASS_EXPERIMENTER) return this.#others.get(keyOf({ class: oxmClass, code }));
    if (reader.offset + EXPERIMENTER_BYTES > reader.end) return undefined;
    const experimenter = reader.view.getUint32(reader.offset);
    return this.#others.get(keyOf({ class: oxmClass, code, experimenter }));
  }

  /** The field with this name; the table must have it. */
  named(name: OxmFieldName): FieldSpec {
    const spec = this.#byName.get(name);
    return spec ?? unencodable(`this version of OpenFlow has no field ${name}`);
  }
}

/** A match field with its value: header u32, value, mask. */
export function oxmField(table: FieldTable): Codec<OxmField> {
  return {
    read(reader) {
      const header = u32.read(reader);
      const spec = table.find(reader, header);
      if (spec === undefined) return readUnknown(reader, header);
      const masked = (header & MASK_BIT) !== 0;
      if (header !== headerOf(spec, masked)) {
        // Only the standard's lengths are sure; extensions may have grown.
        if (spec.class !== CLASS_BASIC) return readUnknown(reader, header);
        reader.fail(`${spec.field} of ${header & 0xff} bytes`);
      }
      if (spec.experimenter !== undefined) reader.take(EXPERIMENTER_BYTES);
      return spec.read(reader, masked);
    },
    write(writer, field) {
      if (field.field === "unknown") return writeUnknown(writer, field);
      const spec = table.named(field.field);
      u32.write(writer, headerOf(spec, field.mask !== undefined));
      if (spec.experimenter !== undefined) u32.write(writer, spec.experimenter);
      spec.write(writer, field);
    },
  };
}

/** The header of a match field, without a value. */
export function oxmId(table: FieldTable): Codec<OxmId> {
  return {
    read(reader) {
      const header = u32.read(reader);
      const spec = table.find(reader, header);
      const masked = (header & MASK_BIT) !== 0;
      // Some switches write other lengths here; those are kept as they are.
      if (spec !== undefined && header === headerOf(spec, masked)) {
        if (spec.experimenter !== undefined) reader.take(EXPERIMENTER_BYTES);
        return { field: spec.field, masked };
      }
      return header >>> 16 === CLASS_EXPERIMENTER
        ? { field: "unknown", header, experimenter: u32.read(reader) }
        : { field: "unknown", header };
    },
    write(writer, id) {
      if (id.field !== "unknown") {
        const spec = table.named(id.field);
        u32.write(writer, headerOf(spec, id.masked));
        if (spec.experimenter !== undefined) u32.write(writer, spec.experimenter);
        return;
      }
      u32.write(writer, id.header);
      if (id.experimenter !== undefined) u32.write(writer, id.experimenter);
    },
  };
}

function headerOf(spec: FieldSpec, masked: boolean): number {
  return masked ? spec.maskedHeader : spec.header;
}

function header(code: FieldCode, size: number, masked: boolean): number {
  const idBytes = code.experimenter === undefined ? 0 : EXPERIMENTER_BYTES;
  const maskAndLength = masked ? MASK_BIT | (idBytes + 2 * size) : idBytes + size;
  return ((code.class << 16) | (code.code << 9) | maskAndLength) >>> 0;
}

/** One number for what stands for a field; at most 39 bits, so it is exact. */
function keyOf({ class: oxmClass, code, experimenter }: FieldCode): number {
  return experimenter === undefined ? oxmClass * 128 + code : (experimenter + 0x10000) * 128 + code;
}

function readUnknown(reader: Reader, header: number): UnknownField {
  const masked = (header & MASK_BIT) !== 0;
  const outerEnd = reader.enter(header & 0xff);
  const isExperimenter = header >>> 16 === CLASS_EXPERIMENTER;
  const experimenter = isExperimenter ? { experimenter: u32.read(reader) } : {};
  const size = reader.end - reader.offset;
  if (masked && size % 2 !== 0) reader.fail("a mask that is not as long as its value");
  const bytes = hex(masked ? size / 2 : size);
  const value = bytes.read(reader);
  const mask = masked ? { mask: bytes.read(reader) } : {};
  reader.leave(outerEnd);
  const code = (header >>> 9) & 0x7f;
  return { field: "unknown", class: header >>> 16, code, ...experimenter, value, ...mask };
}

function writeUnknown(writer: Writer, field: UnknownField): void {
  const { experimenter, value, mask } = field;
  const size = value.length / 2;
  const length = (experimenter === undefined ? 0 : 4) + (mask === undefined ? size : 2 * size);
  if (length > MAX_PAYLOAD_BYTES) unencodable(`a match field of ${length} bytes`);
  if (field.class > MAX_CLASS) unencodable(`a match field of class ${field.class}`);
  const maskBit = mask === undefined ? 0 : MASK_BIT;
  u32.write(writer, ((field.class << 16) | (field.code << 9) | maskBit | length) >>> 0);
  if (experimenter !== undefined) u32.write(writer, experimenter);
  hex(size).write(writer, value);
  if (mask !== undefined) hex(size).write(writer, mask);
}
