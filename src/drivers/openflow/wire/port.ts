import type { ExperimenterItem, UnknownItem } from "./action.ts";
import type { OxmId } from "./match.ts";

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
export type PortProperty =
  | EthernetPort
  | OpticalPort
  | PortPipeline
  | { readonly type: "recirculate"; readonly ports: readonly number[] }
  | ExperimenterItem
  | UnknownItem;

/** What fields a port takes or gives beside the packet; from OpenFlow 1.5. */
export interface PortPipeline {
  readonly type: "pipeline-input" | "pipeline-output";
  readonly fields: readonly OxmId[];
}

/** What an optical port can be tuned to; from OpenFlow 1.4. Frequencies in MHz or wavelengths in nm / 100. */
export interface OpticalPort {
  readonly type: "optical";
  /** Bits of OFPOPF. */
  readonly supported: number;
  readonly txMinFrequency: number;
  readonly txMaxFrequency: number;
  readonly txGrid: number;
  readonly rxMinFrequency: number;
  readonly rxMaxFrequency: number;
  readonly rxGrid: number;
  /** dBm / 10. */
  readonly txMinPower: number;
  /** dBm / 10. */
  readonly txMaxPower: number;
}

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
  /**
   * From OpenFlow 1.4, when there is more than `advertise` to it: the list as it stands on the wire.
   * It then is what is written.
   */
  readonly properties?: readonly PortModProperty[];
}

/** What is changed of a port besides (OpenFlow 1.4.1 §7.3.4.3). */
export type PortModProperty =
  | { readonly type: "ethernet"; readonly advertise: number }
  | OpticalPortMod
  | ExperimenterItem
  | UnknownItem;

/** Tunes an optical port. */
export interface OpticalPortMod {
  readonly type: "optical";
  /** Bits of OFPOPF: what is given. */
  readonly configure: number;
  readonly frequency: number;
  /** Signed, as 32 bits. */
  readonly offset: number;
  readonly gridSpan: number;
  /** dBm / 10. */
  readonly txPower: number;
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
export type PortStatsProperty =
  | EthernetPortStats
  | OpticalPortStats
  | ExperimenterItem
  | UnknownItem;

/** What an optical port measures; from OpenFlow 1.4. */
export interface OpticalPortStats {
  readonly type: "optical";
  /** Bits of OFPOSF: what is measured. */
  readonly flags: number;
  readonly txFrequency: number;
  readonly txOffset: number;
  readonly txGridSpan: number;
  readonly rxFrequency: number;
  readonly rxOffset: number;
  readonly rxGridSpan: number;
  /** dBm / 10. */
  readonly txPower: number;
  /** dBm / 10. */
  readonly rxPower: number;
  /** mA / 10. */
  readonly biasCurrent: number;
  /** Degrees Celsius / 10. */
  readonly temperature: number;
}

/** The errors that Ethernet knows. */
export interface EthernetPortStats {
  readonly type: "ethernet";
  readonly rxFrameErrors: bigint;
  readonly rxOverErrors: bigint;
  readonly rxCrcErrors: bigint;
  readonly collisions: bigint;
}
