import type { ExperimenterItem, UnknownItem } from "./action.ts";
import type { Port } from "./port.ts";

/** What a switch says of itself when asked (OpenFlow 1.3.5 §7.3.1). */
export interface FeaturesReply {
  readonly type: "features-reply";
  readonly datapathId: bigint;
  /** How many packets it can hold for the controller. */
  readonly buffers: number;
  readonly tables: number;
  /** 0 on the main connection. */
  readonly auxiliaryId: number;
  /** Bits of {@link capability}. */
  readonly capabilities: number;
  /** In OpenFlow 1.0 only: bit n is the action numbered n. */
  readonly actions?: number;
  /** In OpenFlow 1.0 only; later versions have a multipart message for them. */
  readonly ports?: readonly Port[];
}

/** How a switch treats fragments and packets for the controller (OpenFlow 1.3.5 §7.3.2). */
export interface SwitchConfig {
  readonly flags: number;
  /** How many bytes of a packet are sent to the controller by default. */
  readonly missSendLen: number;
}

/** What a controller may do on its connection (OpenFlow 1.3.5 §6.3.4). */
export type ControllerRole = "no-change" | "equal" | "master" | "slave";

/** A role that is asked for or confirmed (OpenFlow 1.3.5 §7.3.9). */
export interface RoleState {
  /** A number is a role this codec has no name for. */
  readonly role: ControllerRole | number;
  /** Orders claims of mastership; the switch refuses one that is older than what it has seen. */
  readonly generationId: bigint;
  /** From OpenFlow 1.5: a small number for this controller; none when absent. */
  readonly shortId?: number;
}

/** The role of this controller was changed by another one (OpenFlow 1.4.1 §7.4.4). */
export interface RoleStatus {
  readonly type: "role-status";
  readonly role: ControllerRole | number;
  /** A number is a reason this codec has no name for. */
  readonly reason: "master-request" | "config" | "experimenter" | number;
  readonly generationId: bigint;
  readonly properties?: readonly (ExperimenterItem | UnknownItem)[];
}

/** How a controller is connected, as the switch sees it (OpenFlow 1.5.1 §7.3.5.18). */
export interface ControllerStatus {
  readonly shortId: number;
  readonly role: ControllerRole | number;
  /** Why it is told; a number is a reason this codec has no name for. */
  readonly reason: ControllerStatusReason | number;
  readonly channel: "up" | "down" | number;
  readonly properties: readonly ControllerStatusProperty[];
}

/** Why the status of a controller is told. */
export type ControllerStatusReason =
  | "request"
  | "channel-status"
  | "role"
  | "controller-added"
  | "controller-removed"
  | "short-id"
  | "experimenter";

/** What is told of a controller besides. */
export type ControllerStatusProperty =
  | { readonly type: "uri"; readonly uri: Uint8Array }
  | ExperimenterItem
  | UnknownItem;

/** A kind of unasked message, and whether it goes to slaves or to the others. */
export type AsyncSettingType =
  | "packet-in-slave"
  | "packet-in-master"
  | "port-status-slave"
  | "port-status-master"
  | "flow-removed-slave"
  | "flow-removed-master"
  /** This and those up to requestforward from OpenFlow 1.4. */
  | "role-status-slave"
  | "role-status-master"
  | "table-status-slave"
  | "table-status-master"
  | "requestforward-slave"
  | "requestforward-master"
  /** This and the rest from OpenFlow 1.5. */
  | "flow-stats-slave"
  | "flow-stats-master"
  | "controller-status-slave"
  | "controller-status-master";

/** Which unasked messages of one kind come: bit n of `mask` is the reason numbered n. */
export interface AsyncSetting {
  readonly type: AsyncSettingType;
  readonly mask: number;
}

/** Which unasked messages a connection gets (OpenFlow 1.3.5 §7.3.10). Kinds not listed are off. */
export interface AsyncConfig {
  readonly settings: readonly AsyncSetting[];
  /** From OpenFlow 1.4: settings without a name here, which follow the others. */
  readonly properties?: readonly AsyncProperty[];
}

/** A setting that the standard does not define; `type` says for whom. */
export type AsyncProperty =
  | {
      readonly type: "experimenter-slave" | "experimenter-master";
      readonly experimenter: number;
      readonly data: Uint8Array;
    }
  | UnknownItem;

/** What the switch is, for people (OpenFlow 1.3.5 §7.3.5.1). Texts are cut at their field's length. */
export interface SwitchDesc {
  readonly manufacturer: string;
  readonly hardware: string;
  readonly software: string;
  readonly serialNumber: string;
  readonly datapath: string;
}
