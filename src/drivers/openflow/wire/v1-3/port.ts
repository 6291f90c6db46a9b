// Ports, OpenFlow 1.3.5 §7.2.1, §7.3.4.3, §7.3.5.6 and §7.4.3.
import type { Codec } from "../kit/codec.ts";
import { mac } from "../kit/hex.ts";
import { portStatusReason } from "../kit/names.ts";
import { onlyEthernet } from "../kit/only-ethernet.ts";
import { text, u32, u64 } from "../kit/scalars.ts";
import { constant, type FieldsOf, pad, struct } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import type {
  EthernetPort,
  EthernetPortStats,
  Port,
  PortMod,
  PortStats,
  PortStatus,
} from "../port.ts";

/** What Ethernet tells of a port. */
export const ethernetPort: FieldsOf<Omit<EthernetPort, "type">> = {
  curr: u32,
  advertised: u32,
  supported: u32,
  peer: u32,
  currSpeedKbps: u32,
  maxSpeedKbps: u32,
};

/** What Ethernet counts. */
export const ethernetStats: FieldsOf<Omit<EthernetPortStats, "type">> = {
  rxFrameErrors: u64,
  rxOverErrors: u64,
  rxCrcErrors: u64,
  collisions: u64,
};

/** The numbers of a port's statistics that every version has in this order. */
export const portCounters: FieldsOf<PortCounters> = {
  rxPackets: u64,
  txPackets: u64,
  rxBytes: u64,
  txBytes: u64,
  rxDropped: u64,
  txDropped: u64,
  rxErrors: u64,
  txErrors: u64,
};

type PortCounters = Omit<PortStats, "port" | "durationS" | "durationNs" | "properties">;

/** `ofp_port`, 64 bytes (§7.2.1). */
export const port: Codec<Port> = struct({
  port: u32,
  _0: pad(4),
  hwAddr: mac,
  _1: pad(2),
  name: text(16),
  config: u32,
  state: u32,
  properties: onlyEthernet(struct({ type: constant("ethernet"), ...ethernetPort }), {
    type: "ethernet",
    curr: 0,
    advertised: 0,
    supported: 0,
    peer: 0,
    currSpeedKbps: 0,
    maxSpeedKbps: 0,
  }),
});

/** What is written when nothing is known of Ethernet's errors. */
export const noEthernetStats: EthernetPortStats = {
  type: "ethernet",
  rxFrameErrors: 0n,
  rxOverErrors: 0n,
  rxCrcErrors: 0n,
  collisions: 0n,
};

/** `ofp_port_stats`, 112 bytes (§7.3.5.6). */
export const portStats: Codec<PortStats> = struct({
  port: u32,
  _: pad(4),
  ...portCounters,
  properties: onlyEthernet(
    struct({ type: constant("ethernet"), ...ethernetStats }),
    noEthernetStats,
  ),
  durationS: u32,
  durationNs: u32,
});

/** OFPT_PORT_STATUS (§7.4.3). */
export const portStatus: Variant<PortStatus> = variant(12, "port-status", {
  reason: portStatusReason,
  _: pad(7),
  port,
});

/** OFPT_PORT_MOD (§7.3.4.3). */
export const portMod: Variant<PortMod> = variant(16, "port-mod", {
  port: u32,
  _0: pad(4),
  hwAddr: mac,
  _1: pad(2),
  config: u32,
  mask: u32,
  advertise: u32,
  _2: pad(4),
});
