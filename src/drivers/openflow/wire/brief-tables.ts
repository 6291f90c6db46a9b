import type { Codec } from "./kit/codec.ts";
import { multipartLayout, multipartMessages } from "./kit/multipart.ts";
import { text, u8, u32, u64 } from "./kit/scalars.ts";
import { lengthHere, sized } from "./kit/sized.ts";
import { list, pad, struct } from "./kit/struct.ts";
import { type Variant, variant } from "./kit/union.ts";
import type { MultipartReply } from "./multipart.ts";
import type { TableFeatureProperty, TableFeatures } from "./table.ts";

/** OFPMP_TABLE_FEATURES. */
export const TABLE_FEATURES = 12;

/** Passes over them. */
const unread: Codec<readonly TableFeatureProperty[]> = {
  read(reader) {
    reader.take(reader.end - reader.offset);
    return [];
  },
  write() {},
};

/** What `ofp_table_features` says before its properties, which is the same from OpenFlow 1.3 on. */
const briefFeatures: Codec<TableFeatures> = sized(
  0,
  struct({
    length: lengthHere,
    table: u8,
    _: pad(5),
    name: text(32),
    metadataMatch: u64,
    metadataWrite: u64,
    config: u32,
    maxEntries: u32,
    properties: unread,
  }),
);

const [, reply] = multipartMessages(
  multipartLayout,
  [],
  [variant(TABLE_FEATURES, "table-features", { tables: list(briefFeatures) })],
);

/**
 * A multipart reply that gives tables' features, to be read without their properties: Open vSwitch says of each of its
 * 254 tables every field that it could match, which is a megabyte, and a second's work to read.
 */
export const briefTables: Variant<MultipartReply> = reply;
