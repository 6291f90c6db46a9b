// Ports and queues, OpenFlow 1.0.0 §5.2.1, §5.2.2, §5.3.4 to §5.3.6 and §5.4.4.
import { PORT_ANY } from "../constants.ts";
import type { Codec } from "../kit/codec.ts";
import { experimenterItem } from "../kit/experimenter-item.ts";
import { mac } from "../kit/hex.ts";
import { portStatusReason } from "../kit/names.ts";
import { onlyEthernet } from "../kit/only-ethernet.ts";
import { port16 } from "../kit/port-number.ts";
import { text, u16, u32, u64 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { constant, list, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type { OfMessage } from "../message.ts";
import type { Port, PortMod, PortStats, PortStatus } from "../port.ts";
import type { Queue, QueueProperty, QueueStats } from "../queue.ts";
import { ethernetStats, noEthernetStats, portCounters } from "../v1-3/port.ts";

/** `ofp_phy_port`, 48 bytes (§5.2.1). */
export const port: Codec<Port> = struct({
  port: port16,
  hwAddr: mac,
  name: text(16),
  config: u32,
  state: u32,
  properties: onlyEthernet(
    struct({
      type: constant("ethernet"),
      curr: u32,
      advertised: u32,
      supported: u32,
      peer: u32,
      currSpeedKbps: constant(0),
      maxSpeedKbps: constant(0),
    }),
    {
      type: "ethernet",
      curr: 0,
      advertised: 0,
      supported: 0,
      peer: 0,
      currSpeedKbps: 0,
      maxSpeedKbps: 0,
    },
  ),
});

/** OFPT_PORT_STATUS (§5.4.4). */
export const portStatus: Variant<PortStatus> = variant(12, "port-status", {
  reason: portStatusReason,
  _: pad(7),
  port,
});

/** OFPT_PORT_MOD (§5.3.3). */
export const portMod: Variant<PortMod> = variant(15, "port-mod", {
  port: port16,
  hwAddr: mac,
  config: u32,
  mask: u32,
  advertise: u32,
  _: pad(4),
});

/** `ofp_port_stats`, 104 bytes (§5.3.5). */
export const portStats: Codec<PortStats> = struct({
  port: port16,
  _: pad(6),
  ...portCounters,
  properties: onlyEthernet(
    struct({ type: constant("ethernet"), ...ethernetStats }),
    noEthernetStats,
  ),
  durationS: constant(0),
  durationNs: constant(0),
});

/** `ofp_queue_stats`, 32 bytes (§5.3.5). */
export const queueStats: Codec<QueueStats> = struct({
  port: port16,
  _: pad(2),
  queue: u32,
  txBytes: u64,
  txPackets: u64,
  txErrors: u64,
  durationS: constant(0),
  durationNs: constant(0),
});

const properties: readonly Variant<QueueProperty>[] = [
  variant(1, "min-rate", { _0: pad(4), rate: u16, _1: pad(6) }),
  experimenterItem,
];

const queue: Codec<Queue> = sized(
  4,
  struct({
    queue: u32,
    port: constant(PORT_ANY),
    length: lengthHere,
    _: pad(2),
    properties: list(tlv(new Union(properties), "inside")),
  }),
);

/** OFPT_QUEUE_GET_CONFIG_REQUEST and _REPLY (§5.3.4). */
export const queueConfig: readonly Variant<OfMessage>[] = [
  variant(20, "queue-get-config-request", { port: port16, _: pad(2) }),
  variant(21, "queue-get-config-reply", { port: port16, _: pad(6), queues: list(queue) }),
];
