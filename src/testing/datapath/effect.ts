import type { FlowRemoved } from "../../drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../drivers/openflow/wire/message.ts";
import type { PacketIn } from "../../drivers/openflow/wire/packet.ts";
import type { PortStatus } from "../../drivers/openflow/wire/port.ts";
import type { WireFrame } from "../wire-frame.ts";
import type { Refusal } from "./refusal.ts";

/** What a switch tells its controllers unasked. */
export type Notice = PacketIn | FlowRemoved | PortStatus;

/** What the datapath wants done. */
export type Effect =
  /** Answer whoever asked. */
  | { readonly type: "reply"; readonly message: OfMessage }
  /** Answer whoever asked with an error. */
  | ({ readonly type: "refuse" } & Refusal)
  /** Tell every controller that wants to know. */
  | { readonly type: "notify"; readonly message: Notice }
  /** A flow was learned whose time is up at this moment, milliseconds since the epoch. */
  | { readonly type: "learned"; readonly expiresMs: number }
  /** Put a frame on the wire of a port. */
  | { readonly type: "transmit"; readonly port: number; readonly frame: WireFrame };
