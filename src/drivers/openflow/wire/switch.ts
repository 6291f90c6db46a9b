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
}

/** A kind of unasked message, and whether it goes to slaves or to the others. */
export type AsyncSettingType =
  | "packet-in-slave"
  | "packet-in-master"
  | "port-status-slave"
  | "port-status-master"
  | "flow-removed-slave"
  | "flow-removed-master";

/** Which unasked messages of one kind come: bit n of `mask` is the reason numbered n. */
export interface AsyncSetting {
  readonly type: AsyncSettingType;
  readonly mask: number;
}

/** Which unasked messages a connection gets (OpenFlow 1.3.5 §7.3.10). Kinds not listed are off. */
export interface AsyncConfig {
  readonly settings: readonly AsyncSetting[];
}

/** What the switch is, for people (OpenFlow 1.3.5 §7.3.5.1). Texts are cut at their field's length. */
export interface SwitchDesc {
  readonly manufacturer: string;
  readonly hardware: string;
  readonly software: string;
  readonly serialNumber: string;
  readonly datapath: string;
}
