import type { BundleAdd, BundleControl, InnerMessage } from "./bundle.ts";
import type { ErrorMessage } from "./error.ts";
import type { ExperimenterMessage } from "./experimenter.ts";
import type { FlowMod, FlowRemoved } from "./flow.ts";
import type { GroupMod } from "./group.ts";
import type { Hello } from "./hello.ts";
import type { MeterMod } from "./meter.ts";
import type { MultipartReply, MultipartRequest } from "./multipart.ts";
import type { NiciraMessage } from "./nicira/message.ts";
import type { PacketIn, PacketOut } from "./packet.ts";
import type { PortMod, PortStatus } from "./port.ts";
import type { Queue } from "./queue.ts";
import type {
  AsyncConfig,
  ControllerStatus,
  FeaturesReply,
  RoleState,
  RoleStatus,
  SwitchConfig,
} from "./switch.ts";
import type { TableMod, TableStatus } from "./table.ts";

/** Every OpenFlow message, in words that hold for every version (OpenFlow 1.3.5 §7). */
export type OfMessage =
  | Hello
  | ErrorMessage
  /** `data` is anything; the reply carries the same. */
  | { readonly type: "echo-request"; readonly data: Uint8Array }
  | { readonly type: "echo-reply"; readonly data: Uint8Array }
  | ExperimenterMessage
  | { readonly type: "features-request" }
  | FeaturesReply
  | { readonly type: "get-config-request" }
  | ({ readonly type: "get-config-reply" } & SwitchConfig)
  | ({ readonly type: "set-config" } & SwitchConfig)
  | PacketIn
  | FlowRemoved
  | PortStatus
  | PacketOut
  | FlowMod
  | GroupMod
  | PortMod
  | TableMod
  | MultipartRequest
  | MultipartReply
  | { readonly type: "barrier-request" }
  | { readonly type: "barrier-reply" }
  | { readonly type: "queue-get-config-request"; readonly port: number }
  | {
      readonly type: "queue-get-config-reply";
      readonly port: number;
      readonly queues: readonly Queue[];
    }
  | ({ readonly type: "role-request" } & RoleState)
  | ({ readonly type: "role-reply" } & RoleState)
  | { readonly type: "get-async-request" }
  | ({ readonly type: "get-async-reply" } & AsyncConfig)
  | ({ readonly type: "set-async" } & AsyncConfig)
  | MeterMod
  | RoleStatus
  | TableStatus
  /** Another controller changed a group or a meter (OpenFlow 1.4.1 §7.4.6). */
  | { readonly type: "requestforward"; readonly request: InnerMessage }
  | BundleControl
  | BundleAdd
  | { readonly type: "controller-status"; readonly status: ControllerStatus }
  | NiciraMessage
  | UnknownMessage;

/** A message of a type this codec has no name for; `data` is all that follows the header. */
export interface UnknownMessage {
  readonly type: "unknown";
  readonly code: number;
  readonly data: Uint8Array;
}

/** A message and the transaction id that pairs a request with its replies; 0 when unasked. */
export interface Envelope {
  readonly xid: number;
  readonly message: OfMessage;
}
