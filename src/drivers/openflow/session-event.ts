import type {
  CloseReason,
  Notice,
  StrayMessage,
  SwitchFeatures,
  UndecodableMessage,
} from "./channel/channel-effect.ts";

/** What a session tells unasked: what the switch tells unasked, and how the connection stands. */
export type SessionEvent =
  | { readonly type: "up"; readonly features: SwitchFeatures }
  | Notice
  | StrayMessage
  | UndecodableMessage
  /** So many packets came beyond `maxPacketInsPerSecond`, and were dropped. */
  | { readonly type: "packet-ins-dropped"; readonly count: number }
  /** The last event. */
  | { readonly type: "closed"; readonly reason: CloseReason };
