// Queues, OpenFlow 1.3.5 §7.2.2, §7.3.6 and §7.3.5.8.
import type { Codec } from "../kit/codec.ts";
import { rest, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { type FieldsOf, list, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import type { Queue, QueueProperty, QueueStats } from "../queue.ts";

const properties: readonly Variant<QueueProperty>[] = [
  variant(1, "min-rate", { _0: pad(4), rate: u16, _1: pad(6) }),
  variant(2, "max-rate", { _0: pad(4), rate: u16, _1: pad(6) }),
  variant(0xffff, "experimenter", { _0: pad(4), experimenter: u32, _1: pad(4), data: rest }),
];

const queue: Codec<Queue> = sized(
  8,
  struct({
    queue: u32,
    port: u32,
    length: lengthHere,
    _: pad(6),
    properties: list(tlv(new Union(properties), "inside")),
  }),
);

/** OFPT_QUEUE_GET_CONFIG_REQUEST and _REPLY (§7.3.6). */
export const queueConfig: readonly Variant<OfMessage>[] = [
  variant(22, "queue-get-config-request", { port: u32, _: pad(4) }),
  variant(23, "queue-get-config-reply", { port: u32, _: pad(4), queues: list(queue) }),
];

/** What is told of a queue in every version from 1.3 on. */
export const queueCounters: FieldsOf<Omit<QueueStats, "properties">> = {
  port: u32,
  queue: u32,
  txBytes: u64,
  txPackets: u64,
  txErrors: u64,
  durationS: u32,
  durationNs: u32,
};

/** `ofp_queue_stats`, 40 bytes (§7.3.5.8). */
export const queueStats: Codec<QueueStats> = struct(queueCounters);
