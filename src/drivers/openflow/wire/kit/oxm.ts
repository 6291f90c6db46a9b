import type { OxmField, OxmFieldName, OxmId, UnknownField } from "../match.ts";
import type { Codec } from "./codec.ts";
import { hex } from "./hex.ts";
import type { Reader } from "./reader.ts";
import { u32 } from "./scalars.ts";
import { unencodable } from "./unencodable.ts";
import type { Writer } from "./writer.ts";

const CLASS_BASIC = 0x8000;
const CLASS_EXPERIMENTER = 0xffff;
const MASK_BIT = 0x100;
const MAX_PAYLOAD_BYTES = 0xff;

/** A match field that has a name. */
type NamedField = Exclude<OxmField, UnknownField>;

/** One match field of the basic class: its number, its name and the size of its value in bytes. */
export interface FieldSpec<Field extends FieldValue<string, unknown> = NamedField> {
  readonly code: number;
  readonly field: Field["field"];
  readonly size: number;
  read(reader: Reader, masked: boolean): Field;
  write(writer: Writer, field: Field): void;
}

/** A field, its value and perhaps a mask. */
export interface FieldValue<Name, Value> {
  readonly field: Name;
  readonly value: Value;
  readonly mask?: Value;
}

/** Builds the specification of one field from the codec of its value. */
export function fieldSpec<const Name extends string, Value>(
  code: number,
  field: Name,
  size: number,
  codec: Codec<Value>,
): FieldSpec<FieldValue<Name, Value>> {
  return {
    code,
    field,
    size,
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
  readonly #byCode: readonly (FieldSpec | undefined)[];
  readonly #byName: ReadonlyMap<string, FieldSpec>;

  constructor(specs: readonly FieldSpec[]) {
    const byCode: (FieldSpec | undefined)[] = new Array(128).fill(undefined);
    for (const spec of specs) byCode[spec.code] = spec;
    this.#byCode = byCode;
    this.#byName = new Map(specs.map((spec) => [spec.field, spec]));
  }

  /** The field that a 32-bit header names, when it is one of the table. */
  find(header: number): FieldSpec | undefined {
    return header >>> 16 === CLASS_BASIC ? this.#byCode[(header >>> 9) & 0x7f] : undefined;
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
      const spec = table.find(header);
      if (spec === undefined) return readUnknown(reader, header);
      const masked = (header & MASK_BIT) !== 0;
      if ((header & 0xff) !== (masked ? 2 * spec.size : spec.size)) {
        reader.fail(`${spec.field} of ${header & 0xff} bytes`);
      }
      return spec.read(reader, masked);
    },
    write(writer, field) {
      if (field.field === "unknown") return writeUnknown(writer, field);
      const spec = table.named(field.field);
      u32.write(writer, headerOf(spec, field.mask !== undefined));
      spec.write(writer, field);
    },
  };
}

/** The header of a match field, without a value. */
export function oxmId(table: FieldTable): Codec<OxmId> {
  return {
    read(reader) {
      const header = u32.read(reader);
      const spec = table.find(header);
      const masked = (header & MASK_BIT) !== 0;
      // Some switches write other lengths here; those are kept as they are.
      if (spec !== undefined && header === headerOf(spec, masked)) {
        return { field: spec.field, masked };
      }
      return header >>> 16 === CLASS_EXPERIMENTER
        ? { field: "unknown", header, experimenter: u32.read(reader) }
        : { field: "unknown", header };
    },
    write(writer, id) {
      if (id.field !== "unknown") {
        u32.write(writer, headerOf(table.named(id.field), id.masked));
        return;
      }
      u32.write(writer, id.header);
      if (id.experimenter !== undefined) u32.write(writer, id.experimenter);
    },
  };
}

function headerOf(spec: FieldSpec, masked: boolean): number {
  const maskAndLength = masked ? MASK_BIT | (2 * spec.size) : spec.size;
  return ((CLASS_BASIC << 16) | (spec.code << 9) | maskAndLength) >>> 0;
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
  const maskBit = mask === undefined ? 0 : MASK_BIT;
  u32.write(writer, ((field.class << 16) | (field.code << 9) | maskBit | length) >>> 0);
  if (experimenter !== undefined) u32.write(writer, experimenter);
  hex(size).write(writer, value);
  if (mask !== undefined) hex(size).write(writer, mask);
}
