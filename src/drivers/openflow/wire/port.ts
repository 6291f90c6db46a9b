import type { ExperimenterItem, UnknownItem } from "./action.ts";

/** A port as the switch describes it (OpenFlow 1.3.5 §7.2.1). */
export interface Port {
  readonly port: number;
  /** As `"aa:bb:cc:dd:ee:ff"`. */
  readonly hwAddr: string;
  /** At most 15 bytes of text. */
  readonly name: string;
  /** Bits of {@link portConfig}. */
  readonly config: number;
  /** Bits of {@link portState}. */
  readonly state: number;
  /** Up to OpenFlow 1.3 exactly one, `ethernet`. */
  readonly properties: readonly PortProperty[];
}

/** What a port is besides. */
export type PortProperty = EthernetPort | ExperimenterItem | UnknownItem;

/** Link modes as bitmaps of OFPPF; speeds in kbit/s. */
export interface EthernetPort {
  readonly type: "ethernet";
  readonly curr: number;
  readonly advertised: number;
  readonly supported: number;
  readonly peer: number;
  readonly currSpeedKbps: number;
  readonly maxSpeedKbps: number;
}

/** What became of a port. */
export type PortStatusReason = "add" | "delete" | "modify";

/** Tells that a port came, went or changed (OpenFlow 1.3.5 §7.4.3). */
export interface PortStatus {
  readonly type: "port-status";
  /** A number is a reason this codec has no name for. */
  readonly reason: PortStatusReason | number;
  readonly port: Port;
}

/** Changes a port (OpenFlow 1.3.5 §7.3.4.3). */
export interface PortMod {
  readonly type: "port-mod";
  readonly port: number;
  /** Must be the port's own address, as `"aa:bb:cc:dd:ee:ff"`. */
  readonly hwAddr: string;
  /** Bits of {@link portConfig}. */
  readonly config: number;
  /** Which bits of `config` are changed. */
  readonly mask: number;
  /** Link modes to advertise, a bitmap of OFPPF; 0 leaves them. */
  readonly advertise: number;
}

/** What passed a port (OpenFlow 1.3.5 §7.3.5.6). All bits set means that the switch does not count it. */
export interface PortStats {
  readonly port: number;
  readonly rxPackets: bigint;
  readonly txPackets: bigint;
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
  readonly rxDropped: bigint;
  readonly txDropped: bigint;
  readonly rxErrors: bigint;
  readonly txErrors: bigint;
  readonly durationS: number;
  readonly durationNs: number;
  /** Up to OpenFlow 1.3 exactly one, `ethernet`. */
  readonly properties: readonly PortStatsProperty[];
}

/** What else is counted of a port. */
export type PortStatsProperty = EthernetPortStats | ExperimenterItem | UnknownItem;

/** The errors that Ethernet knows. */
export interface EthernetPortStats {
  readonly type: "ethernet";
  readonly rxFrameErrors: bigint;
  readonly rxOverErrors: bigint;
  readonly rxCrcErrors: bigint;
  readonly collisions: bigint;
}
