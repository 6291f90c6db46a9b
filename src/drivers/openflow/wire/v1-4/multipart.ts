// Multipart messages, OpenFlow 1.4.1 §7.3.5: those of 1.3, and what is new or has another form.
import type { Codec } from "../kit/codec.ts";
import { u32 } from "../kit/scalars.ts";
import { list } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { MultipartReplyBody, MultipartRequestBody } from "../multipart.ts";
import type { Port } from "../port.ts";
import type { TableFeatures } from "../table.ts";
import { flowStats } from "../v1-3/flow.ts";
import {
  replyBodies as replyBodies13,
  requestBodies as requestBodies13,
} from "../v1-3/multipart.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";
import { importance } from "./flow.ts";
import { flowMonitorRequest, flowUpdate } from "./flow-monitor.ts";
import { portStats } from "./port.ts";
import { queueDesc, queueStats } from "./queue.ts";
import { tableDesc } from "./table.ts";

/** What can be asked for. */
export function requestBodies(
  pipeline: PipelineCodecs,
  tableFeatures: Codec<TableFeatures>,
): readonly Variant<MultipartRequestBody>[] {
  return [
    ...requestBodies13(pipeline, tableFeatures),
    variant(14, "table-desc", {}),
    variant(15, "queue-desc", { port: u32, queue: u32 }),
    variant(16, "flow-monitor", { monitors: list(flowMonitorRequest(pipeline.fields)) }),
  ];
}

/** What is answered. */
export function replyBodies(
  pipeline: PipelineCodecs,
  tableFeatures: Codec<TableFeatures>,
  port: Codec<Port>,
): readonly Variant<MultipartReplyBody>[] {
  return [
    ...replyBodies13(pipeline, tableFeatures),
    variant(1, "flow", { flows: list(flowStats(pipeline, importance)) }),
    variant(4, "port-stats", { ports: list(portStats) }),
    variant(5, "queue", { queues: list(queueStats) }),
    variant(13, "port-desc", { ports: list(port) }),
    variant(14, "table-desc", { tables: list(tableDesc) }),
    variant(15, "queue-desc", { queues: list(queueDesc) }),
    variant(16, "flow-monitor", { updates: list(flowUpdate(pipeline)) }),
  ];
}
