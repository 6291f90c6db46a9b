import { match } from "ts-pattern";
import type { DatapathId } from "../../../model/ids.ts";
import type { DecodeError } from "../wire/decode.ts";
import type { ErrorMessage } from "../wire/error.ts";
import type { OfMessage } from "../wire/message.ts";
import type { Port } from "../wire/port.ts";
import type { OfVersion } from "../wire/version.ts";
import type { ChannelInput, ChannelState } from "./transitions.ts";

/** What a channel asks of its shell or tells it. `Tag` is whatever the owner gave with a message. */
export type ChannelEffect<Tag> =
  /** Put these bytes on the wire. */
  | { readonly type: "transmit"; readonly bytes: Uint8Array }
  /** The handshake is over; requests may be sent. */
  | { readonly type: "up"; readonly features: SwitchFeatures }
  /** A request is answered: by one message, or by all the parts of a multipart reply. */
  | { readonly type: "reply"; readonly tag: Tag; readonly messages: readonly OfMessage[] }
  /** The switch refused this request or command. */
  | { readonly type: "rejected"; readonly tag: Tag; readonly rejection: Rejection }
  /** A request was answered by something that cannot be used. */
  | { readonly type: "failed"; readonly tag: Tag; readonly reason: string }
  /** The switch tells something unasked. */
  | { readonly type: "notice"; readonly message: Notice }
  | StrayMessage
  | UndecodableMessage
  /** The last effect. `abandoned` are the messages that now nobody answers. */
  | {
      readonly type: "closed";
      readonly reason: CloseReason;
      readonly abandoned: readonly Tag[];
    };

/** What a switch said of itself when it connected. */
export interface SwitchFeatures {
  /** The version that both sides agreed on. */
  readonly version: OfVersion;
  readonly datapathId: DatapathId;
  /** How many flow tables it has. */
  readonly tables: number;
  /** How many packets it can hold for the controller. */
  readonly buffers: number;
  /** 0 on a switch's main connection. */
  readonly auxiliaryId: number;
  /** Bits of `capability`. */
  readonly capabilities: number;
  /** In OpenFlow 1.0 only: bit n is the action numbered n. */
  readonly actions?: number;
  /** In OpenFlow 1.0 only; later versions are asked for them. */
  readonly ports?: readonly Port[];
}

/** A message that the switch refused, and its words for why. */
export interface Rejection {
  /** Of a command, what it says on the wire, with all defaults filled in; opaque where that cannot be read. */
  readonly request: OfMessage;
  readonly error: ErrorMessage;
}

/** What a switch tells unasked. */
export type Notice = Extract<
  OfMessage,
  {
    readonly type:
      | "packet-in"
      | "port-status"
      | "flow-removed"
      | "role-status"
      | "table-status"
      | "requestforward"
      | "controller-status"
      | "nx-packet-in"
      | "nx-packet-in2"
      | "nx-flow-monitor-paused"
      | "nx-flow-monitor-resumed"
      | "experimenter"
      | "unknown";
  }
>;

/** A reply or an error that no outstanding message explains: late, or to a message not tracked. */
export interface StrayMessage {
  readonly type: "stray";
  readonly xid: number;
  readonly message: OfMessage;
}

/** A message that could not be read; the connection goes on after it. */
export interface UndecodableMessage {
  readonly type: "undecodable";
  readonly error:
    | DecodeError
    /** Its header names another version than the one that was agreed. */
    | { readonly type: "wrong-version"; readonly version: number };
}

/** Why a connection to a switch ended. */
export type CloseReason =
  /** We closed it. */
  | { readonly type: "closed-locally"; readonly reason: string }
  /** The switch, or the network in between, closed it. */
  | { readonly type: "closed-by-peer"; readonly reason: string }
  | { readonly type: "handshake-timeout"; readonly state: ChannelState; readonly timeoutMs: number }
  /** Nothing was heard, not even an answer to an echo request. */
  | { readonly type: "silent"; readonly silentMs: number }
  | {
      readonly type: "no-common-version";
      readonly ours: readonly number[];
      readonly theirs: readonly number[];
    }
  /** The switch refused our hello or our request for its features. */
  | { readonly type: "refused"; readonly error: ErrorMessage }
  /** Where the next message starts is lost. */
  | { readonly type: "framing-lost"; readonly length: number }
  | { readonly type: "hello-too-long"; readonly length: number; readonly limit: number }
  /** The hello or the features could not be read. */
  | { readonly type: "bad-handshake"; readonly error: DecodeError }
  /** A message came that has no place there. */
  | {
      readonly type: "illegal-message";
      readonly message: OfMessage["type"];
      readonly input: ChannelInput;
      readonly state: ChannelState;
    }
  /** The switch does not read what it is sent. */
  | { readonly type: "send-buffer-full"; readonly limitBytes: number };

/** A sentence for people. */
export function describeCloseReason(reason: CloseReason): string {
  return match(reason)
    .with({ type: "closed-locally" }, (r) => `closed here: ${r.reason}`)
    .with({ type: "closed-by-peer" }, (r) => `closed by the switch: ${r.reason}`)
    .with(
      { type: "handshake-timeout" },
      (r) => `no ${r.state === "hello" ? "hello" : "features"} within ${r.timeoutMs} ms`,
    )
    .with({ type: "silent" }, (r) => `nothing heard for ${r.silentMs} ms`)
    .with(
      { type: "no-common-version" },
      (r) => `no common version: we speak ${r.ours.join(", ")}, it speaks ${r.theirs.join(", ")}`,
    )
    .with({ type: "refused" }, (r) => `refused by the switch: ${r.error.kind}/${r.error.code}`)
    .with({ type: "framing-lost" }, (r) => `framing lost: a message of ${r.length} bytes`)
    .with(
      { type: "hello-too-long" },
      (r) => `a hello of ${r.length} bytes, where ${r.limit} are allowed`,
    )
    .with({ type: "bad-handshake" }, (r) => `unreadable handshake: ${r.error.type}`)
    .with({ type: "illegal-message" }, (r) => `${r.message} has no place in state ${r.state}`)
    .with(
      { type: "send-buffer-full" },
      (r) => `the switch does not read: ${r.limitBytes} bytes wait to be sent`,
    )
    .exhaustive();
}
