import type { Rejection } from "./channel/channel-effect.ts";
import type { SessionError } from "./session-error.ts";
import type { OfMessage } from "./wire/message.ts";

/** Who waits for what becomes of a message: the mark that a session puts on what it sends. */
export interface Waiter {
  /** The answer: one message, or all the parts of a multipart reply. */
  onReply(messages: readonly OfMessage[]): void;
  onRejected(rejection: Rejection): void;
  /** There will be no answer. */
  onFailed(error: SessionError): void;
}
