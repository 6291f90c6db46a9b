import { okAsync, type ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { CallOptions } from "../driver-base.ts";
import type { Channel } from "./channel/channel.ts";
import type { CommandMessage } from "./channel/message-roles.ts";
import { Batch } from "./session-batch.ts";
import type { BatchError, SessionError } from "./session-error.ts";
import type { SessionOptions } from "./session-options.ts";
import { Pace } from "./session-pace.ts";
import type { Waiter } from "./session-waiter.ts";

/** What a {@link BatchSender} needs of its session. */
export interface BatchPort {
  readonly clock: Clock;
  readonly channel: Channel<Waiter>;
  /** Whether the transport asked to wait. */
  isCongested(): boolean;
  /** Writes these pieces and a barrier request behind them, all at once. */
  writeWithBarrier(pieces: readonly Uint8Array[]): ResultAsync<unknown, SessionError>;
}

/** The limits that a {@link BatchSender} keeps. */
export type BatchLimits = Pick<
  Required<SessionOptions>,
  "maxUnconfirmedBytes" | "maxCommandsPerSecond"
>;

/** Commands are written in chunks of about this size, each followed by a barrier. */
const CHUNK_BYTES = 65_536;

/**
 * Sends batches of commands one after another, each in the order given, in large chunks with a
 * barrier behind each; it holds back when the transport is full, when too much is unconfirmed, and
 * to keep to the pace.
 */
export class BatchSender {
  readonly #port: BatchPort;
  readonly #maxUnconfirmedBytes: number;
  readonly #pace: Pace;
  /** Batches with something left to send; the first is being sent. */
  readonly #queue: Batch[] = [];
  #unconfirmedBytes = 0;
  #timer: unknown;

  constructor(port: BatchPort, limits: BatchLimits) {
    this.#port = port;
    this.#maxUnconfirmedBytes = limits.maxUnconfirmedBytes;
    this.#pace = new Pace(limits.maxCommandsPerSecond);
  }

  /** Takes a batch; see `SwitchSession.batch`. */
  send(messages: readonly CommandMessage[], options: CallOptions): ResultAsync<void, BatchError> {
    if (messages.length === 0) return okAsync(undefined);
    const batch = new Batch(messages, this.#port.clock, options);
    this.#queue.push(batch);
    this.pump();
    void batch.result.then(() => this.pump());
    return batch.result;
  }

  /** Sends what may be sent; to be called whenever something that held it back may be gone. */
  pump(): void {
    this.#port.clock.clearTimeout(this.#timer);
    for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
      while (batch.next !== undefined) {
        if (this.#isHeldBack() || !this.#sendChunk(batch)) return;
      }
      this.#queue.shift();
    }
  }

  /** Ends every batch that waits to be sent. */
  close(error: SessionError): void {
    for (const batch of this.#queue) batch.fail(error);
    this.pump();
  }

  #isHeldBack(): boolean {
    const { channel, clock } = this.#port;
    if (this.#port.isCongested() || !channel.roomForRequest) return true;
    if (this.#unconfirmedBytes >= this.#maxUnconfirmedBytes) return true;
    const delayMs = this.#pace.delayMs(clock.now());
    if (delayMs === 0) return false;
    this.#timer = clock.setTimeout(() => this.pump(), delayMs);
    return true;
  }

  /** Writes the next chunk of a batch and its barrier; false when the channel takes no command. */
  #sendChunk(batch: Batch): boolean {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < CHUNK_BYTES && pieces.length < this.#pace.portion) {
      const piece = this.#prepareNext(batch);
      if (piece === undefined) break;
      pieces.push(piece);
      bytes += piece.length;
    }
    if (pieces.length === 0) return false;
    this.#pace.spend(pieces.length, this.#port.clock.now());
    this.#unconfirmedBytes += bytes;
    batch.chunkSent();
    const confirmed = this.#port.writeWithBarrier(pieces).match(
      () => batch.chunkConfirmed(),
      (error) => batch.fail(error),
    );
    void confirmed.then(() => {
      this.#unconfirmedBytes -= bytes;
      this.pump();
    });
    return true;
  }

  #prepareNext(batch: Batch): Uint8Array | undefined {
    const command = batch.next;
    if (command === undefined) return undefined;
    return this.#port.channel.command(command, batch.nextWaiter()).match(
      ({ bytes }) => {
        batch.advance();
        return bytes;
      },
      () => undefined,
    );
  }
}
