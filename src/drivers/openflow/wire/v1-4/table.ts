// Tables, OpenFlow 1.4.1 §7.3.4.1, §7.3.5.5, §7.3.5.15 and §7.4.5.
import type { Codec } from "../kit/codec.ts";
import { experimenterItem } from "../kit/experimenter-item.ts";
import { named, u8, u32 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { list, optionalList, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type {
  TableDesc,
  TableFeatureProperty,
  TableMod,
  TableModProperty,
  TableStatus,
} from "../table.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";
import { tableFeatureProperties as properties13 } from "../v1-3/table.ts";

const modProperties: readonly Variant<TableModProperty>[] = [
  variant(2, "eviction", { flags: u32 }),
  variant(3, "vacancy", { down: u8, up: u8, vacancy: u8, _: pad(1) }),
  experimenterItem,
];
const modProperty = tlv(new Union(modProperties), "outside");

/** OFPT_TABLE_MOD (§7.3.4.1). */
export const tableMod: Variant<TableMod> = variant(17, "table-mod", {
  table: u8,
  _: pad(3),
  config: u32,
  properties: optionalList(modProperty),
});

/** `ofp_table_desc` (§7.3.5.15). */
export const tableDesc: Codec<TableDesc> = sized(
  0,
  struct({
    length: lengthHere,
    table: u8,
    _: pad(1),
    config: u32,
    properties: list(modProperty),
  }),
);

/** OFPT_TABLE_STATUS (§7.4.5). */
export const tableStatus: Variant<TableStatus> = variant(31, "table-status", {
  reason: named(u8, { "vacancy-down": 3, "vacancy-up": 4 }),
  _: pad(7),
  table: tableDesc,
});

/** What a table can do (§7.3.5.5.2). */
export function tableFeatureProperties(
  pipeline: PipelineCodecs,
): readonly Variant<TableFeatureProperty>[] {
  return [...properties13(pipeline), variant(16, "table-sync-from", { tables: list(u8) })];
}
