// Queues, OpenFlow 1.4.1 §7.3.5.8 and §7.3.5.16.
import type { Codec } from "../kit/codec.ts";
import { experimenterItem, foreignProperty } from "../kit/experimenter-item.ts";
import { u16, u32 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { list, optionalList, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { Queue, QueueProperty, QueueStats } from "../queue.ts";
import { queueCounters } from "../v1-3/queue.ts";

const properties: readonly Variant<QueueProperty>[] = [
  variant(1, "min-rate", { rate: u16, _: pad(2) }),
  variant(2, "max-rate", { rate: u16, _: pad(2) }),
  experimenterItem,
];

/** `ofp_queue_desc` (§7.3.5.16). */
export const queueDesc: Codec<Queue> = sized(
  8,
  struct({
    port: u32,
    queue: u32,
    length: lengthHere,
    _: pad(6),
    properties: list(tlv(new Union(properties), "outside")),
  }),
);

/** `ofp_queue_stats` (§7.3.5.8). */
export const queueStats: Codec<QueueStats> = sized(
  0,
  struct({
    length: lengthHere,
    _: pad(6),
    ...queueCounters,
    properties: optionalList(foreignProperty),
  }),
);
