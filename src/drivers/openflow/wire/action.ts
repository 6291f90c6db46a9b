import type { OxmField } from "./match.ts";

/** What is done to a packet (OpenFlow 1.3.5 §7.2.5). */
export type Action =
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
  | ExperimenterItem
  | UnknownItem;

/** The names of the actions that have one. */
export type ActionType = Exclude<Action["type"], "experimenter" | "unknown">;

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
