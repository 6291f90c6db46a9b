import type { Action, UnknownItem } from "../action.ts";
import type { FlowModCommand } from "../flow.ts";
import type { Match } from "../match.ts";
import type { PacketInReason } from "../packet.ts";
import type { AsyncSetting } from "../switch.ts";

/** The messages that Nicira brought and Open vSwitch understands; most of them are for OpenFlow 1.0. */
export type NiciraMessage =
  /** 0 is the match of OpenFlow 1.0, 2 Nicira's. */
  | { readonly type: "nx-set-flow-format"; readonly format: number }
  | NiciraFlowMod
  /** Whether the upper eight bits of a flow-mod's command are the table; 1 is yes. */
  | { readonly type: "nx-flow-mod-table-id"; readonly enabled: number }
  /** 0 is that of the version, 1 {@link NiciraPacketIn}, 2 {@link NiciraPacketIn2}. */
  | { readonly type: "nx-set-packet-in-format"; readonly format: number }
  | NiciraPacketIn
  | { readonly type: "nx-flow-age" }
  | { readonly type: "nx-set-async"; readonly settings: readonly AsyncSetting[] }
  /** Packets that a controller action sends to this number come to this connection. */
  | { readonly type: "nx-set-controller-id"; readonly controllerId: number }
  | { readonly type: "nx-flow-monitor-cancel"; readonly monitor: number }
  | { readonly type: "nx-flow-monitor-paused" }
  | { readonly type: "nx-flow-monitor-resumed" }
  | { readonly type: "nx-ct-flush-zone"; readonly zone: number }
  | NiciraPacketIn2
  | NiciraResume;

/** Changes flow entries with an extended match, in OpenFlow 1.0. */
export interface NiciraFlowMod {
  readonly type: "nx-flow-mod";
  readonly cookie: bigint;
  /** A number is a command without a name here, or has the table in its upper eight bits. */
  readonly command: FlowModCommand | number;
  readonly idleTimeoutS: number;
  readonly hardTimeoutS: number;
  readonly priority: number;
  readonly bufferId: number;
  readonly outPort: number;
  /** Bits of {@link flowFlag}. */
  readonly flags: number;
  readonly match: Match;
  readonly actions: readonly Action[];
}

/** A packet that came to the controller, with what the pipeline knew of it. */
export interface NiciraPacketIn {
  readonly type: "nx-packet-in";
  readonly bufferId: number;
  readonly totalLen: number;
  readonly reason: PacketInReason | number;
  readonly table: number;
  readonly cookie: bigint;
  readonly match: Match;
  readonly data: Uint8Array;
}

/** A packet that came to the controller as a list of what is known. */
export interface NiciraPacketIn2 {
  readonly type: "nx-packet-in2";
  readonly properties: readonly NiciraPacketProperty[];
}

/** A packet that is sent back to go on where it stopped. */
export interface NiciraResume {
  readonly type: "nx-resume";
  readonly properties: readonly NiciraPacketProperty[];
}

/** What is known of such a packet. */
export type NiciraPacketProperty =
  | { readonly type: "packet" | "userdata" | "continuation"; readonly data: Uint8Array }
  | { readonly type: "full-length"; readonly length: number }
  | { readonly type: "buffer-id"; readonly bufferId: number }
  | { readonly type: "table-id"; readonly table: number }
  | { readonly type: "cookie"; readonly cookie: bigint }
  | { readonly type: "reason"; readonly reason: number }
  | { readonly type: "metadata"; readonly match: Match }
  | UnknownItem;
