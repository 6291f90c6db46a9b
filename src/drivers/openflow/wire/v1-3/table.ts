// Tables, OpenFlow 1.3.5 §7.3.3, §7.3.5.4 and §7.3.5.5.
import type { Codec } from "../kit/codec.ts";
import { featureId } from "../kit/feature-id.ts";
import { rest, text, u8, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { list, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { TableFeatureProperty, TableFeatures, TableMod, TableStats } from "../table.ts";
import type { PipelineCodecs } from "./pipeline.ts";

/** OFPT_TABLE_MOD (§7.3.3). */
export const tableMod: Variant<TableMod> = variant(17, "table-mod", {
  table: u8,
  _: pad(3),
  config: u32,
});

/** `ofp_table_stats`, 24 bytes (§7.3.5.4). */
export const tableStats: Codec<TableStats> = struct({
  table: u8,
  _: pad(3),
  activeCount: u32,
  lookupCount: u64,
  matchedCount: u64,
});

/** What a table can do (§7.3.5.5.2). */
export function tableFeatureProperties({
  fields,
  actions,
  instructions,
}: PipelineCodecs): readonly Variant<TableFeatureProperty>[] {
  const instructionIds = { instructions: list(featureId(instructions.standard)) };
  const actionIds = { actions: list(featureId(actions.standard)) };
  const fieldIds = { fields: list(fields.fieldId) };
  const tables = { tables: list(u8) };
  return [
    variant(0, "instructions", instructionIds),
    variant(1, "instructions-miss", instructionIds),
    variant(2, "next-tables", tables),
    variant(3, "next-tables-miss", tables),
    variant(4, "write-actions", actionIds),
    variant(5, "write-actions-miss", actionIds),
    variant(6, "apply-actions", actionIds),
    variant(7, "apply-actions-miss", actionIds),
    variant(8, "match", fieldIds),
    variant(10, "wildcards", fieldIds),
    variant(12, "write-setfield", fieldIds),
    variant(13, "write-setfield-miss", fieldIds),
    variant(14, "apply-setfield", fieldIds),
    variant(15, "apply-setfield-miss", fieldIds),
    variant(0xfffe, "experimenter", { experimenter: u32, data: rest }),
    variant(0xffff, "experimenter-miss", { experimenter: u32, data: rest }),
  ];
}

/** `ofp_table_features` (§7.3.5.5). */
export function tableFeatures(
  properties: readonly Variant<TableFeatureProperty>[],
): Codec<TableFeatures> {
  return tableFeaturesWith(list(tlv(new Union(properties), "outside")));
}

/** The same, whatever becomes of its properties; before these it is alike from OpenFlow 1.3 on. */
export function tableFeaturesWith(
  properties: Codec<readonly TableFeatureProperty[]>,
): Codec<TableFeatures> {
  return sized(
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
      properties,
    }),
  );
}
