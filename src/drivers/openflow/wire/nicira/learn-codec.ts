// The learn action, as `nicira-ext.h` of Open vSwitch lays it out.
import type { Codec } from "../kit/codec.ts";
import { hex } from "../kit/hex.ts";
import type { Reader } from "../kit/reader.ts";
import { u8, u16, u32, u64 } from "../kit/scalars.ts";
import { pad } from "../kit/struct.ts";
import { unencodable } from "../kit/unencodable.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { Writer } from "../kit/writer.ts";
import type { OxmId } from "../match.ts";
import {
  type LearnField,
  type LearnLimit,
  type LearnSpec,
  learnFlag,
  type NiciraLearn,
} from "./action.ts";

const SOURCE_IMMEDIATE = 0x2000;
const DESTINATION_SHIFT = 11;
const BITS_MASK = 0x7ff;
const uses = ["match", "load", "output"] as const;
/** Above all bits that have a meaning in the header of a specification. */
const HEADER_LIMIT = 0x4000;

/** NXAST_LEARN and NXAST_LEARN2. */
export function learnActions(fieldId: Codec<OxmId>): readonly Variant<NiciraLearn>[] {
  const head = {
    idleTimeoutS: u16,
    hardTimeoutS: u16,
    priority: u16,
    cookie: u64,
    flags: u16,
    table: u8,
    _: pad(1),
    finIdleTimeoutS: u16,
    finHardTimeoutS: u16,
  };
  const specs = learnSpecs(fieldId);
  return [
    variant(16, "nx-learn", { ...head, specs }),
    { code: 45, type: "nx-learn2", body: learn2(variant(45, "nx-learn2", head).body, fieldId) },
  ];
}

type LearnHead = Omit<NiciraLearn, "specs" | "limit">;

/** As the first form, with the limit between its head and its specifications. */
function learn2(head: Codec<LearnHead>, fieldId: Codec<OxmId>): Codec<NiciraLearn> {
  const specs = learnSpecs(fieldId);
  return {
    read(reader) {
      const value = head.read(reader);
      const limit = readLimit(reader, value.flags, fieldId);
      return { ...value, limit, specs: specs.read(reader) };
    },
    write(writer, value) {
      head.write(writer, value);
      writeLimit(writer, value, fieldId);
      specs.write(writer, value.specs);
    },
  };
}

function readLimit(reader: Reader, flags: number, fieldId: Codec<OxmId>): LearnLimit {
  const flows = u32.read(reader);
  const resultOffset = u16.read(reader);
  reader.take(2);
  return (flags & learnFlag.writeResult) === 0
    ? { flows, resultOffset }
    : { flows, resultOffset, result: fieldId.read(reader) };
}

function writeLimit(writer: Writer, { limit, flags }: NiciraLearn, fieldId: Codec<OxmId>): void {
  u32.write(writer, limit?.flows ?? 0);
  u16.write(writer, limit?.resultOffset ?? 0);
  writer.take(2);
  const writesResult = (flags & learnFlag.writeResult) !== 0;
  if (writesResult !== (limit?.result !== undefined)) {
    unencodable("a learn action has a result exactly when its flags say so");
  }
  if (limit?.result !== undefined) fieldId.write(writer, limit.result);
}

/** Specifications up to the end of the action or to the zeros that fill it up. */
function learnSpecs(fieldId: Codec<OxmId>): Codec<readonly LearnSpec[]> {
  const spec = learnSpec(fieldId);
  return {
    read(reader) {
      const specs: LearnSpec[] = [];
      while (reader.end - reader.offset >= 2 && reader.view.getUint16(reader.offset) !== 0) {
        specs.push(spec.read(reader));
      }
      return specs;
    },
    write(writer, specs) {
      for (const each of specs) spec.write(writer, each);
    },
  };
}

/** Source and destination of some bits; the header says what they are. */
function learnSpec(fieldId: Codec<OxmId>): Codec<LearnSpec> {
  const readField = (reader: Reader): LearnField => {
    return { type: "field", field: fieldId.read(reader), offset: u16.read(reader) };
  };
  const writeField = (writer: Writer, { field, offset }: LearnField): void => {
    fieldId.write(writer, field);
    u16.write(writer, offset);
  };
  return {
    read(reader) {
      const header = u16.read(reader);
      const use = uses[(header >>> DESTINATION_SHIFT) & 3];
      if (use === undefined || header >= HEADER_LIMIT) return reader.fail("a learn specification");
      const bits = header & BITS_MASK;
      const source: LearnSpec["source"] =
        (header & SOURCE_IMMEDIATE) === 0
          ? readField(reader)
          : { type: "immediate", value: hex(immediateBytes(bits)).read(reader) };
      const destination: LearnSpec["destination"] =
        use === "output" ? { type: "output" } : { ...readField(reader), use };
      return { bits, source, destination };
    },
    write(writer, { bits, source, destination }) {
      const use = destination.type === "output" ? "output" : destination.use;
      const immediate = source.type === "immediate" ? SOURCE_IMMEDIATE : 0;
      u16.write(writer, immediate | (uses.indexOf(use) << DESTINATION_SHIFT) | bits);
      if (source.type === "field") writeField(writer, source);
      else hex(immediateBytes(bits)).write(writer, source.value);
      if (destination.type === "field") writeField(writer, destination);
    },
  };
}

/** Given bits are right-aligned in whole words of 16 bits. */
function immediateBytes(bits: number): number {
  return 2 * Math.ceil(bits / 16);
}
