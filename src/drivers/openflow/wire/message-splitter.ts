import { err, ok, type Result } from "neverthrow";

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

const HEADER_BYTES = 8;

/** Up to where the length of a message has arrived. */
const LENGTH_END = 4;

/**
 * Cuts a byte stream into whole messages, however the bytes arrive.
 *
 * It holds at most one incomplete message and nothing of a chunk once `push` has returned.
 */
export class MessageSplitter {
  readonly #maxMessageBytes: number;
  /** The start of the message that is arriving; its memory is as large as the message once known. */
  #partial: Uint8Array = new Uint8Array(LENGTH_END);
  /** How many bytes of {@link #partial} have arrived. */
  #filled = 0;
  #error: SplitError | undefined;

  constructor(options: SplitterOptions = {}) {
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  }

  /**
   * Takes the next bytes of the stream and gives the messages they complete, each in memory of its
   * own. An error is final: nothing in the same chunk is given, and every further call fails alike.
   */
  push(chunk: Uint8Array): Result<readonly Uint8Array[], SplitError> {
    const messages: Uint8Array[] = [];
    let offset = 0;
    while (this.#error === undefined && offset < chunk.length) {
      const whole = this.#filled === 0 ? this.#wholeAt(chunk, offset) : undefined;
      if (whole !== undefined) {
        messages.push(whole);
        offset += whole.length;
        continue;
      }
      offset = this.#fill(chunk, offset);
      if (this.#filled === LENGTH_END) this.#makeRoom();
      else if (this.#filled > LENGTH_END && this.#filled === this.#partial.length) {
        messages.push(this.#partial);
        this.#partial = new Uint8Array(LENGTH_END);
        this.#filled = 0;
      }
    }
    return this.#error === undefined ? ok(messages) : err(this.#error);
  }

  /** Copies what belongs to the current message and says where the rest of the chunk starts. */
  #fill(chunk: Uint8Array, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#partial.length - this.#filled);
    this.#partial.set(chunk.subarray(offset, end), this.#filled);
    this.#filled += end - offset;
    return end;
  }

  /** The message that starts at `offset`, if all of it is in the chunk and its length is right. */
  #wholeAt(chunk: Uint8Array, offset: number): Uint8Array | undefined {
    const length = ((chunk[offset + 2] ?? 0) << 8) | (chunk[offset + 3] ?? 0);
    const isRight = length >= HEADER_BYTES && length <= this.#maxMessageBytes;
    return isRight && offset + length <= chunk.length
      ? new Uint8Array(chunk.subarray(offset, offset + length))
      : undefined;
  }

  /** Gives the message that is arriving the memory that its length asks for. */
  #makeRoom(): void {
    const length = new DataView(this.#partial.buffer).getUint16(2);
    if (length < HEADER_BYTES) {
      this.#error = { type: "bad-length", length };
    } else if (length > this.#maxMessageBytes) {
      const limit = this.#maxMessageBytes;
      this.#error = { type: "message-too-large", length, limit };
    } else {
      const whole = new Uint8Array(length);
      whole.set(this.#partial);
      this.#partial = whole;
    }
  }
}
