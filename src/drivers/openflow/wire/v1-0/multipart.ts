// Statistics, OpenFlow 1.0.0 §5.3.5, which later versions call multipart messages.
import type { MultipartLayout } from "../kit/multipart.ts";
import { port16 } from "../kit/port-number.ts";
import { rest, text, u8, u32, u64 } from "../kit/scalars.ts";
import { list, pad, struct, withDefault } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type { MultipartReplyBody, MultipartRequestBody } from "../multipart.ts";
import { switchDesc } from "../v1-3/switch.ts";
import { aggregateStats, flowFilter, flowStats } from "./flow.ts";
import { port, portStats, queueStats } from "./port.ts";

/** The numbers of the two messages; their head has no padding. */
export const statsLayout: MultipartLayout = { requestCode: 16, replyCode: 17, pad: 0 };

const vendor = { experimenter: u32, data: rest };

/** What can be asked for. */
export const requestBodies: readonly Variant<MultipartRequestBody>[] = [
  variant(0, "desc", {}),
  variant(1, "flow", flowFilter),
  variant(2, "aggregate", flowFilter),
  variant(3, "table", {}),
  variant(4, "port-stats", { port: port16, _: pad(6) }),
  variant(5, "queue", { port: port16, _: pad(2), queue: u32 }),
  variant(13, "port-desc", {}),
  variant(0xffff, "experimenter", vendor),
];

const tableStats = struct({
  table: u8,
  _: pad(3),
  name: withDefault(text(32), ""),
  wildcards: withDefault(u32, 0),
  maxEntries: withDefault(u32, 0),
  activeCount: u32,
  lookupCount: u64,
  matchedCount: u64,
});

/** What is answered. Descriptions of ports are an extension of Open vSwitch. */
export const replyBodies: readonly Variant<MultipartReplyBody>[] = [
  variant(0, "desc", switchDesc),
  variant(1, "flow", { flows: list(flowStats) }),
  variant(2, "aggregate", aggregateStats),
  variant(3, "table", { tables: list(tableStats) }),
  variant(4, "port-stats", { ports: list(portStats) }),
  variant(5, "queue", { queues: list(queueStats) }),
  variant(13, "port-desc", { ports: list(port) }),
  variant(0xffff, "experimenter", vendor),
];
