import type { Action } from "./action.ts";
import type { Match } from "./match.ts";

/** Why a packet was sent to the controller. */
export type PacketInReason =
  | "no-match"
  | "action"
  | "invalid-ttl"
  /** This and the next two from OpenFlow 1.4. */
  | "action-set"
  | "group"
  | "packet-out";

/** A packet that came to the controller (OpenFlow 1.3.5 §7.4.1). */
export interface PacketIn {
  readonly type: "packet-in";
  readonly bufferId: number;
  /** Length of the whole packet in bytes; `data` may be less. */
  readonly totalLen: number;
  /** A number is a reason this codec has no name for. */
  readonly reason: PacketInReason | number;
  readonly table: number;
  /** Of the flow entry that sent it. */
  readonly cookie: bigint;
  /** The pipeline fields of the packet; `in_port` among them. */
  readonly match: Match;
  readonly data: Uint8Array;
}

/** A packet that the switch shall send (OpenFlow 1.3.5 §7.3.7). */
export interface PacketOut {
  readonly type: "packet-out";
  /** {@link NO_BUFFER} when `data` holds the packet. */
  readonly bufferId: number;
  readonly inPort: number;
  /** From OpenFlow 1.5, when there is more than `inPort` to it: all fields. They then are written. */
  readonly match?: Match;
  readonly actions: readonly Action[];
  readonly data: Uint8Array;
}
