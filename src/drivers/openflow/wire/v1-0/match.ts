// Matches, OpenFlow 1.0.0 §5.2.3, in the fields of later versions.
import type { Codec } from "../kit/codec.ts";
import { hex } from "../kit/hex.ts";
import { Reader } from "../kit/reader.ts";
import { Writer } from "../kit/writer.ts";
import { IGNORED_BITS, type Match, type OxmField, type UnknownField } from "../match.ts";
import { fixedMatch, MATCH_BYTES } from "./fixed-match.ts";
import { fieldsOf } from "./from-fixed.ts";
import { fixedOf } from "./to-fixed.ts";

const bytesAsHex = hex(MATCH_BYTES);

/**
 * `ofp_match`. What stands in places that do not count is kept as one more field, so that a match
 * encodes to the bytes it came from: the bits in which they differ from the usual ones.
 */
export const match: Codec<Match> = {
  read(reader) {
    const start = reader.offset;
    const fields = fieldsOf(fixedMatch.read(reader));
    const usual = usualBytes(fields);
    const ignored = reader.bytes.slice(start, reader.offset);
    let isUsual = true;
    for (const [index, byte] of usual.entries()) {
      const difference = (ignored[index] ?? 0) ^ byte;
      ignored[index] = difference;
      isUsual &&= difference === 0;
    }
    if (isUsual) return fields;
    const value = bytesAsHex.read(new Reader(ignored));
    return [...fields, { field: "unknown", ...IGNORED_BITS, value }];
  },
  write(writer, fields) {
    const ignored = fields.find(isIgnoredBits);
    const bytes = usualBytes(fields.filter((each) => each !== ignored));
    const difference = ignored === undefined ? undefined : bitsOf(ignored);
    const at = writer.take(MATCH_BYTES);
    for (const [index, byte] of bytes.entries()) {
      writer.view.setUint8(at + index, byte ^ (difference?.[index] ?? 0));
    }
  },
};

/** The 40 bytes with zeros in all places that do not count. */
function usualBytes(fields: readonly OxmField[]): Uint8Array {
  const writer = new Writer(MATCH_BYTES);
  fixedMatch.write(writer, fixedOf(fields));
  return writer.bytes;
}

function isIgnoredBits(field: OxmField): field is UnknownField {
  return field.field === "unknown" && field.class === IGNORED_BITS.class;
}

function bitsOf({ value }: UnknownField): Uint8Array {
  const writer = new Writer(MATCH_BYTES);
  bytesAsHex.write(writer, value);
  return writer.bytes;
}
