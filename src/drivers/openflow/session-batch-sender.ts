import { errAsync, type ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { CallOptions } from "../driver-base.ts";
import type { Channel } from "./channel/channel.ts";
import type { CommandMessage } from "./channel/message-roles.ts";
import { Batch, bundleControl } from "./session-batch.ts";
import { PreparedBundle } from "./session-bundle.ts";
import type { BatchError, SessionError } from "./session-error.ts";
import type { SessionOptions } from "./session-options.ts";
import { Pace } from "./session-pace.ts";
import type { Waiter } from "./session-waiter.ts";
import { Writer } from "./wire/kit/writer.ts";

/** What a {@link BatchSender} needs of its session. */
export interface BatchPort {
  readonly clock: Clock;
  readonly channel: Channel<Waiter>;
  /** Whether the transport asked to wait. */
  isCongested(): boolean;
  write(bytes: Uint8Array): void;
  /** Writes these pieces and a barrier request behind them, all at once. */
  writeWithBarrier(pieces: readonly Uint8Array[]): ResultAsync<unknown, SessionError>;
}

/** The limits that a {@link BatchSender} keeps. */
export type BatchLimits = Pick<
  Required<SessionOptions>,
  "maxUnconfirmedBytes" | "maxCommandsPerSecond" | "maxCommands"
>;

/** Commands are written in chunks of about this size, each followed by a barrier. */
const CHUNK_BYTES = 65_536;

/** Most batches are a few commands, with no more after the first chunk. */
const FIRST_CHUNK_BYTES = 1_024;

/** By how much a chunk may well be longer: the last message is whole. */
const SLACK_BYTES = 1_024;

/** What a command takes, roughly, so that memory seldom has to grow. */
const EXPECTED_COMMAND_BYTES = 256;

/**
 * Sends batches of commands one after another, each in the order given, in large chunks with a
 * barrier behind each; it holds back when the transport is full, when too much is unconfirmed, and
 * to keep to the pace.
 */
export class BatchSender {
  readonly #port: BatchPort;
  readonly #maxUnconfirmedBytes: number;
  readonly #maxCommands: number;
  readonly #pace: Pace;
  #lastBundle = 0;
  /** Batches with something left to send; the first is being sent. */
  readonly #queue: Batch[] = [];
  #unconfirmedBytes = 0;
  #timer: unknown;

  constructor(port: BatchPort, limits: BatchLimits) {
    this.#port = port;
    this.#maxUnconfirmedBytes = limits.maxUnconfirmedBytes;
    this.#maxCommands = limits.maxCommands;
    this.#pace = new Pace(limits.maxCommandsPerSecond);
  }

  /** Takes a batch; see `SwitchSession.batch`. */
  send(messages: Iterable<CommandMessage>, options: CallOptions): ResultAsync<void, BatchError> {
    return this.#enqueue(new Batch(messages, this.#port.clock, options));
  }

  /** Takes a bundle; see `SwitchSession.prepareBundle`. */
  prepareBundle(
    messages: readonly CommandMessage[],
    options: CallOptions,
  ): ResultAsync<PreparedBundle, BatchError> {
    const limit = this.#maxCommands;
    if (messages.length > limit) {
      return errAsync({ type: "too-many-outstanding", limit, sent: 0, rejections: [] });
    }
    this.#lastBundle = (this.#lastBundle + 1) >>> 0;
    const id = this.#lastBundle;
    const batch = new Batch(messages, this.#port.clock, {
      ...options,
      bundle: { id, size: messages.length },
    });
    const bundle = new PreparedBundle(this.#port, batch, id);
    return this.#enqueue(batch)
      .map(() => bundle)
      .orTee(() => bundle.discard());
  }

  /** The most that is sent at once. */
  get portion(): number {
    return this.#pace.portion;
  }

  /** Whether something waits to be sent. */
  get hasUnsent(): boolean {
    return this.#queue.length > 0;
  }

  #enqueue(batch: Batch): ResultAsync<void, BatchError> {
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
        if (this.#isHeldBack(batch) || !this.#sendChunk(batch)) return;
      }
      this.#queue.shift();
    }
  }

  /** Ends every batch that waits to be sent. */
  end(error: SessionError): void {
    for (const batch of this.#queue) batch.fail(error);
    this.pump();
  }

  #isHeldBack({ bundle }: Batch): boolean {
    const { channel, clock } = this.#port;
    // A bundle is opened before and there is a barrier behind.
    const requests = bundle === undefined ? 1 : 2;
    if (this.#port.isCongested() || !channel.roomForRequests(requests)) return true;
    if (bundle !== undefined && !channel.roomForCommands(bundle.size)) return true;
    if (this.#unconfirmedBytes >= this.#maxUnconfirmedBytes) return true;
    const delayMs = this.#pace.delayMs(steadyMs(clock));
    if (delayMs === 0) return false;
    this.#timer = clock.setTimeout(() => this.pump(), delayMs);
    return true;
  }

  /** Writes the next chunk of a batch and its barrier; false when the channel takes no command. */
  #sendChunk(batch: Batch): boolean {
    // In one piece of memory: one for each message costs more than to encode it.
    const writer = new Writer(batch.sent === 0 ? FIRST_CHUNK_BYTES : this.#chunkBytes());
    const { bundle } = batch;
    const count =
      bundle === undefined ? this.#chunk(batch, writer) : this.#whole(batch, bundle.id, writer);
    if (count === 0) return false;
    const bytes = writer.offset;
    this.#pace.spend(count, steadyMs(this.#port.clock));
    this.#unconfirmedBytes += bytes;
    batch.chunkSent();
    const confirmed = this.#port.writeWithBarrier([writer.bytes.subarray(0, bytes)]).match(
      () => batch.chunkConfirmed(),
      (error) => batch.fail(error),
    );
    void confirmed.then(() => {
      this.#unconfirmedBytes -= bytes;
      this.pump();
    });
    return true;
  }

  /** What a chunk takes, not much more: it is kept until it is confirmed. */
  #chunkBytes(): number {
    return Math.min(CHUNK_BYTES, EXPECTED_COMMAND_BYTES * this.#pace.portion) + SLACK_BYTES;
  }

  /** Encodes as much of a batch as is sent at once; gives how many messages that is. */
  #chunk(batch: Batch, into: Writer): number {
    const { portion } = this.#pace;
    let count = 0;
    while (into.offset < CHUNK_BYTES && count < portion && this.#encodeNext(batch, into)) {
      count += 1;
    }
    return count;
  }

  /** Encodes all that goes into a bundle, for which there is room; gives how many messages that is. */
  #whole(batch: Batch, bundle: number, into: Writer): number {
    const opening = bundleControl(bundle, "open-request");
    let count = this.#port.channel.request(opening, batch.controlWaiter()).match(
      ({ bytes }) => {
        const start = into.take(bytes.length);
        into.bytes.set(bytes, start);
        return 1;
      },
      () => 0,
    );
    while (this.#encodeNext(batch, into)) count += 1;
    return count;
  }

  #encodeNext(batch: Batch, into: Writer): boolean {
    const command = batch.next;
    if (command === undefined) return false;
    const written = this.#port.channel.command(command, batch.nextWaiter(), into);
    if (written.isErr()) return false;
    batch.advance(written.value);
    return true;
  }
}
