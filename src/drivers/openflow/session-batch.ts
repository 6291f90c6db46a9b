import { err, ok, type ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { CallOptions } from "../driver-base.ts";
import type { Rejection } from "./channel/channel-effect.ts";
import type { CommandMessage } from "./channel/message-roles.ts";
import { Call } from "./session-call.ts";
import type { BatchError, CommandRejection, SessionError } from "./session-error.ts";
import type { Waiter } from "./session-waiter.ts";

/** Commands that are sent in order, and what is known of them so far. */
export class Batch {
  readonly #messages: readonly CommandMessage[];
  readonly #call: Call<void, BatchError>;
  readonly #rejections: CommandRejection[] = [];
  #sent = 0;
  #unconfirmedChunks = 0;

  constructor(messages: readonly CommandMessage[], clock: Clock, options: CallOptions) {
    this.#messages = messages;
    this.#call = new Call<void, BatchError>(clock, options, (why) => this.#ending(why));
  }

  /** What became of it. */
  get result(): ResultAsync<void, BatchError> {
    return this.#call.result;
  }

  /** The command to send next; undefined when all were sent, or when the batch has ended. */
  get next(): CommandMessage | undefined {
    return this.#call.settled ? undefined : this.#messages[this.#sent];
  }

  /** Who waits for errors to {@link next}. */
  nextWaiter(): Waiter {
    return new CommandWaiter(this, this.#sent);
  }

  /** Notes that {@link next} is on its way. */
  advance(): void {
    this.#sent += 1;
  }

  /** Notes that a barrier follows what was sent so far. */
  chunkSent(): void {
    this.#unconfirmedChunks += 1;
  }

  /** Notes the reply to one such barrier. After the last the batch is over. */
  chunkConfirmed(): void {
    this.#unconfirmedChunks -= 1;
    if (this.#unconfirmedChunks > 0 || this.next !== undefined) return;
    const isClean = this.#rejections.length === 0;
    this.#call.settle(isClean ? ok() : err(this.#ending({ type: "batch-rejected" })));
  }

  /** Notes that the switch refused a command. */
  reject(rejection: CommandRejection): void {
    this.#rejections.push(rejection);
  }

  /** Ends the batch. */
  fail(error: SessionError): void {
    this.#call.settle(err(this.#ending(error)));
  }

  #ending(why: SessionError | { readonly type: "batch-rejected" }): BatchError {
    return { ...why, sent: this.#sent, rejections: [...this.#rejections] };
  }
}

class CommandWaiter implements Waiter {
  readonly #batch: Batch;
  readonly #index: number;

  constructor(batch: Batch, index: number) {
    this.#batch = batch;
    this.#index = index;
  }

  /** A command has no reply: its barrier has. */
  onReply(): void {}

  onRejected(rejection: Rejection): void {
    this.#batch.reject({ index: this.#index, ...rejection });
  }

  onFailed(error: SessionError): void {
    this.#batch.fail(error);
  }
}
