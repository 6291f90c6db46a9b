// Tables, OpenFlow 1.5.1 §7.3.5.18.
import type { Codec } from "../kit/codec.ts";
import { named, text, u8, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { list, struct, withDefault } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { TableFeatureProperty, TableFeatures } from "../table.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";
import { tableFeatureProperties } from "../v1-4/table.ts";

/** `ofp_table_features`. */
export function tableFeatures(pipeline: PipelineCodecs): Codec<TableFeatures> {
  const fieldIds = { fields: list(pipeline.fields.fieldId) };
  const properties: readonly Variant<TableFeatureProperty>[] = [
    ...tableFeatureProperties(pipeline),
    variant(18, "write-copyfield", fieldIds),
    variant(19, "write-copyfield-miss", fieldIds),
    variant(20, "apply-copyfield", fieldIds),
    variant(21, "apply-copyfield-miss", fieldIds),
    variant(22, "packet-types", { fields: pipeline.fields.fieldList }),
  ];
  return sized(
    0,
    struct({
      length: lengthHere,
      table: u8,
      command: withDefault(named(u8, { replace: 0, modify: 1, enable: 2, disable: 3 }), "replace"),
      features: withDefault(u32, 0),
      name: text(32),
      metadataMatch: u64,
      metadataWrite: u64,
      config: u32,
      maxEntries: u32,
      properties: list(tlv(new Union(properties), "outside")),
    }),
  );
}
