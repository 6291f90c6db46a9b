import type { Codec } from "./kit/codec.ts";
import { multipartLayout, multipartMessages } from "./kit/multipart.ts";
import { list } from "./kit/struct.ts";
import { type Variant, variant } from "./kit/union.ts";
import type { MultipartReply } from "./multipart.ts";
import type { TableFeatureProperty } from "./table.ts";
import { tableFeaturesWith } from "./v1-3/table.ts";

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

const [, reply] = multipartMessages(
  multipartLayout,
  [],
  [variant(TABLE_FEATURES, "table-features", { tables: list(tableFeaturesWith(unread)) })],
);

/**
 * A multipart reply that gives tables' features, to be read without their properties: Open vSwitch says of each of its
 * 254 tables every field that it could match, which is a megabyte, and a second's work to read.
 */
export const briefTables: Variant<MultipartReply> = reply;
