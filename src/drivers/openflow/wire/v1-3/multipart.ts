// Multipart messages, OpenFlow 1.3.5 §7.3.5.
import type { Codec } from "../kit/codec.ts";
import { rest, u32 } from "../kit/scalars.ts";
import { list, pad } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { MultipartReplyBody, MultipartRequestBody } from "../multipart.ts";
import type { TableFeatures } from "../table.ts";
import { aggregateStats, flowFilter, flowStats, noImportance } from "./flow.ts";
import { groupDesc, groupFeatures, groupStats } from "./group.ts";
import { meterConfig, meterFeatures, meterStats } from "./meter.ts";
import type { PipelineCodecs } from "./pipeline.ts";
import { port, portStats } from "./port.ts";
import { queueStats } from "./queue.ts";
import { switchDesc } from "./switch.ts";
import { tableStats } from "./table.ts";

const experimenter = { experimenter: u32, expType: u32, data: rest };

/** What can be asked for; later versions have more, and few things in another form. */
export function requestBodies(
  pipeline: PipelineCodecs,
  tableFeatures: Codec<TableFeatures>,
): readonly Variant<MultipartRequestBody>[] {
  const filter = flowFilter(pipeline.fields);
  return [
    variant(0, "desc", {}),
    variant(1, "flow", filter),
    variant(2, "aggregate", filter),
    variant(3, "table", {}),
    variant(4, "port-stats", { port: u32, _: pad(4) }),
    variant(5, "queue", { port: u32, queue: u32 }),
    variant(6, "group", { group: u32, _: pad(4) }),
    variant(7, "group-desc", {}),
    variant(8, "group-features", {}),
    variant(9, "meter", { meter: u32, _: pad(4) }),
    variant(10, "meter-config", { meter: u32, _: pad(4) }),
    variant(11, "meter-features", {}),
    variant(12, "table-features", { tables: list(tableFeatures) }),
    variant(13, "port-desc", {}),
    variant(0xffff, "experimenter", experimenter),
  ];
}

/** What is answered; later versions have more, and some things in another form. */
export function replyBodies(
  pipeline: PipelineCodecs,
  tableFeatures: Codec<TableFeatures>,
): readonly Variant<MultipartReplyBody>[] {
  return [
    variant(0, "desc", switchDesc),
    variant(1, "flow", { flows: list(flowStats(pipeline, noImportance)) }),
    variant(2, "aggregate", aggregateStats),
    variant(3, "table", { tables: list(tableStats) }),
    variant(4, "port-stats", { ports: list(portStats) }),
    variant(5, "queue", { queues: list(queueStats) }),
    variant(6, "group", { groups: list(groupStats) }),
    variant(7, "group-desc", { groups: list(groupDesc(pipeline.actions)) }),
    variant(8, "group-features", groupFeatures),
    variant(9, "meter", { meters: list(meterStats) }),
    variant(10, "meter-config", { meters: list(meterConfig) }),
    variant(11, "meter-features", meterFeatures),
    variant(12, "table-features", { tables: list(tableFeatures) }),
    variant(13, "port-desc", { ports: list(port) }),
    variant(0xffff, "experimenter", experimenter),
  ];
}
