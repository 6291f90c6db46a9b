import type { Match, OxmField, OxmId } from "../match.ts";
import type { Codec } from "./codec.ts";
import { type FieldSpec, FieldTable, oxmField, oxmId } from "./oxm.ts";
import { list } from "./struct.ts";

/** The codecs that depend on what fields a version knows. */
export interface MatchCodecs {
  /** A match field with its value (OpenFlow 1.3.5 §7.2.3.2). */
  readonly field: Codec<OxmField>;
  /** A match field without its value, as table features list them (1.3.5 §7.3.5.5.2). */
  readonly fieldId: Codec<OxmId>;
  /** Fields until the window ends. */
  readonly fieldList: Codec<Match>;
  /** What a flow entry matches (1.3.5 §7.2.3.1). */
  readonly match: Codec<Match>;
}

/** The codecs for these fields. */
export function matchCodecs(specs: readonly FieldSpec[]): MatchCodecs {
  const table = new FieldTable(specs);
  const field = oxmField(table);
  const fieldList = list(field);
  return { field, fieldId: oxmId(table), fieldList, match: oxmMatch(fieldList) };
}

/** The only type of match that is in use, OFPMT_OXM. */
const MATCH_TYPE_OXM = 1;
const HEADER_BYTES = 4;

/** Type u16, length u16 that does not count the padding, fields, zeros to a multiple of eight. */
function oxmMatch(fieldList: Codec<Match>): Codec<Match> {
  return {
    read(reader) {
      const start = reader.take(HEADER_BYTES);
      const length = reader.view.getUint16(start + 2);
      if (reader.view.getUint16(start) !== MATCH_TYPE_OXM) reader.fail("a match that is not OXM");
      if (length < HEADER_BYTES) reader.fail(`a match of ${length} bytes`);
      const outerEnd = reader.enter(length - HEADER_BYTES);
      const value = fieldList.read(reader);
      reader.leave(outerEnd);
      reader.take(-length & 7);
      return value;
    },
    write(writer, value) {
      const start = writer.take(HEADER_BYTES);
      fieldList.write(writer, value);
      writer.view.setUint16(start, MATCH_TYPE_OXM);
      writer.view.setUint16(start + 2, writer.offset - start);
      writer.alignTo8(start);
    },
  };
}
