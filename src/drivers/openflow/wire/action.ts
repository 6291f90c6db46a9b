import type { OxmField, OxmId } from "./match.ts";
import type { NiciraAction } from "./nicira/action.ts";

/** What is done to a packet (OpenFlow 1.3.5 §7.2.5), in the words of every version. */
export type Action = StandardAction | HeaderAction | NiciraAction | ExperimenterItem | UnknownItem;

/** The actions that the specification numbers from OpenFlow 1.1 on. */
export type StandardAction =
  /** `maxLen` bytes are sent when `port` is the controller; it means nothing otherwise. */
  | { readonly type: "output"; readonly port: number; readonly maxLen: number }
  | { readonly type: "copy-ttl-out" }
  | { readonly type: "copy-ttl-in" }
  | { readonly type: "set-mpls-ttl"; readonly ttl: number }
  | { readonly type: "dec-mpls-ttl" }
  | { readonly type: "push-vlan"; readonly ethertype: number }
  | { readonly type: "pop-vlan" }
  | { readonly type: "push-mpls"; readonly ethertype: number }
  | { readonly type: "pop-mpls"; readonly ethertype: number }
  | { readonly type: "set-queue"; readonly queue: number }
  | { readonly type: "group"; readonly group: number }
  | { readonly type: "set-nw-ttl"; readonly ttl: number }
  | { readonly type: "dec-nw-ttl" }
  | { readonly type: "set-field"; readonly field: OxmField }
  | { readonly type: "push-pbb"; readonly ethertype: number }
  | { readonly type: "pop-pbb" }
  | CopyField
  /** From OpenFlow 1.5, where it takes the place of the instruction. */
  | { readonly type: "meter"; readonly meter: number };

/** Copies bits of one field to another; from OpenFlow 1.5. */
export interface CopyField {
  readonly type: "copy-field";
  readonly bits: number;
  readonly sourceOffset: number;
  readonly destinationOffset: number;
  readonly source: OxmId;
  readonly destination: OxmId;
}

/** What OpenFlow 1.0 has where later versions have `set-field` and others (1.0.0 §5.2.4). */
export type HeaderAction =
  /** Adds a tag where there is none. */
  | { readonly type: "set-vlan-vid"; readonly vid: number }
  /** Adds a tag where there is none. */
  | { readonly type: "set-vlan-pcp"; readonly pcp: number }
  /** Leaves a packet without a tag as it is. */
  | { readonly type: "strip-vlan" }
  | { readonly type: "set-dl-src" | "set-dl-dst"; readonly address: string }
  | { readonly type: "set-nw-src" | "set-nw-dst"; readonly address: number }
  /** The upper six bits are the DSCP. */
  | { readonly type: "set-nw-tos"; readonly tos: number }
  | { readonly type: "set-tp-src" | "set-tp-dst"; readonly port: number }
  | { readonly type: "enqueue"; readonly port: number; readonly queue: number };

/** The names of the actions that table features list. */
export type ActionType = StandardAction["type"];

/** Something that an organisation outside the standard defined; `data` follows the experimenter id. */
export interface ExperimenterItem {
  readonly type: "experimenter";
  readonly experimenter: number;
  readonly data: Uint8Array;
}

/** Something of a type this codec has no name for; `data` is all that follows its header. */
export interface UnknownItem {
  readonly type: "unknown";
  readonly code: number;
  readonly data: Uint8Array;
}
