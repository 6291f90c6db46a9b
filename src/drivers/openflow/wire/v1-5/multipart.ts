// Multipart messages, OpenFlow 1.5.1 §7.3.5: those of 1.4, and what is new or has another form.
import { GROUP_ALL, PORT_ANY } from "../constants.ts";
import type { Codec } from "../kit/codec.ts";
import { u8, u32 } from "../kit/scalars.ts";
import { list, type Optional, pad, withDefault } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { MultipartReplyBody, MultipartRequestBody } from "../multipart.ts";
import type { Port } from "../port.ts";
import type { TableFeatures } from "../table.ts";
import { flowFilter } from "../v1-3/flow.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";
import {
  replyBodies as replyBodies14,
  requestBodies as requestBodies14,
} from "../v1-4/multipart.ts";
import { bundleFeatureRequest, bundleFeatures } from "./bundle.ts";
import { aggregateStats, flowCounters, flowDesc } from "./flow.ts";
import { groupDesc } from "./group.ts";
import { controllerStatus } from "./switch.ts";

/** What can be asked for. */
export function requestBodies(
  pipeline: PipelineCodecs,
  tableFeatures: Codec<TableFeatures>,
): readonly Variant<MultipartRequestBody>[] {
  return [
    ...requestBodies14(pipeline, tableFeatures),
    variant(7, "group-desc", { group: withDefault(u32, GROUP_ALL), _: pad(4) }),
    variant(13, "port-desc", { port: withDefault(u32, PORT_ANY), _: pad(4) }),
    variant(17, "flow-stats", flowFilter(pipeline.fields)),
    variant(18, "controller-status", {}),
    variant(19, "bundle-features", bundleFeatureRequest),
  ];
}

/** What is answered. */
export function replyBodies(
  pipeline: PipelineCodecs,
  tableFeatures: Codec<TableFeatures>,
  port: Codec<Port>,
): readonly Variant<MultipartReplyBody>[] {
  return [
    ...replyBodies14(pipeline, tableFeatures, port),
    variant(1, "flow", { flows: list(flowDesc(pipeline)) }),
    { code: 2, type: "aggregate", body: aggregateStats },
    variant(7, "group-desc", { groups: list(groupDesc(pipeline.actions)) }),
    variant(11, "meter-features", {
      maxMeter: u32,
      bandTypes: u32,
      capabilities: u32,
      maxBands: u8,
      maxColor: u8,
      _: pad(2),
      features: meterFeatureFlags,
    }),
    variant(17, "flow-stats", { flows: list(flowCounters(pipeline.fields)) }),
    variant(18, "controller-status", { controllers: list(controllerStatus) }),
    variant(19, "bundle-features", bundleFeatures),
  ];
}

/** Flags u32 and 4 bytes of padding, which Open vSwitch 3.1 leaves out. */
const meterFeatureFlags: Optional<number> = {
  optional: true,
  read(reader) {
    if (reader.offset === reader.end) return undefined;
    return reader.view.getUint32(reader.take(8));
  },
  write(writer, flags) {
    if (flags === undefined) return;
    const at = writer.take(8);
    writer.view.setUint32(at, flags);
  },
};
