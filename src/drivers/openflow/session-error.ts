import { match } from "ts-pattern";
import { type CloseReason, describeCloseReason, type Rejection } from "./channel/channel-effect.ts";
import type { ChannelState } from "./channel/transitions.ts";
import type { ErrorMessage } from "./wire/error.ts";

/** Why a call on a session did not succeed. */
export type SessionError =
  | Interruption
  /** The connection is over; whether the switch did what it was asked is not known. */
  | { readonly type: "session-closed"; readonly reason: CloseReason }
  /** The handshake is not over. */
  | { readonly type: "not-up"; readonly state: ChannelState }
  /** That many requests wait for an answer already. */
  | { readonly type: "too-many-outstanding"; readonly limit: number }
  /** The switch refused the request. */
  | ({ readonly type: "rejected" } & Rejection)
  /** The answer cannot be used. */
  | { readonly type: "protocol-error"; readonly reason: string };

/** The caller's limits struck; whether the switch did what it was asked is not known. */
export type Interruption =
  | { readonly type: "timeout"; readonly timeoutMs: number }
  | { readonly type: "aborted" };

/** One command of a batch that the switch refused. */
export interface CommandRejection extends Rejection {
  /** Its place in the batch, from 0. */
  readonly index: number;
}

/** How far a batch came before it ended. */
export interface BatchProgress {
  /** How many of its commands were sent, from the first; those after were not. */
  readonly sent: number;
  /** What the switch is known to have refused, in the order its errors came. */
  readonly rejections: readonly CommandRejection[];
}

/**
 * Why a batch did not succeed. After `batch-rejected` everything was processed, and what
 * `rejections` does not list was carried out; of a bundle, nothing was. After anything else that is not known of the commands
 * that were sent.
 */
export type BatchError = (
  | { readonly type: "batch-rejected" }
  /** A bundle was not taken, for what it is and not for what is in it; nothing was carried out. */
  | { readonly type: "bundle-refused"; readonly error: ErrorMessage }
  | SessionError
) &
  BatchProgress;

/** A sentence for people. */
export function describeSessionError(error: SessionError | BatchError): string {
  return match(error)
    .with({ type: "timeout" }, (e) => `no answer within ${e.timeoutMs} ms`)
    .with({ type: "aborted" }, () => "aborted by the caller")
    .with({ type: "session-closed" }, (e) => describeCloseReason(e.reason))
    .with({ type: "not-up" }, (e) => `not connected yet: ${e.state}`)
    .with({ type: "too-many-outstanding" }, (e) => `${e.limit} requests wait for an answer already`)
    .with({ type: "rejected" }, describeRejection)
    .with({ type: "protocol-error" }, (e) => e.reason)
    .with({ type: "bundle-refused" }, (e) => `bundle refused: ${e.error.kind}/${e.error.code}`)
    .with({ type: "batch-rejected" }, (e) => e.rejections.map(describeRejection).join("; "))
    .exhaustive();
}

function describeRejection({ request, error }: Rejection): string {
  return `${request.type} refused: ${error.kind}/${error.code}`;
}
