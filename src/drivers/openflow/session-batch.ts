import { err, ok, type Result, type ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { CallOptions } from "../driver-base.ts";
import type { Rejection } from "./channel/channel-effect.ts";
import type { CommandMessage } from "./channel/message-roles.ts";
import { Call } from "./session-call.ts";
import type { BatchError, CommandRejection, SessionError } from "./session-error.ts";
import type { Waiter } from "./session-waiter.ts";
import type { BundleControl, BundleControlType } from "./wire/bundle.ts";
import { bundleFlag } from "./wire/constants.ts";
import type { ErrorMessage } from "./wire/error.ts";

/** Commands that are sent in order, one by one or as a bundle, and what is known of them so far. */
export class Batch {
  readonly #messages: readonly CommandMessage[];
  /** The bundle that they are sent in, if they are. */
  readonly bundle: number | undefined;
  /** The transaction ids of what was put into it. */
  readonly bundled: number[] = [];
  #refusal: ErrorMessage | undefined;
  readonly #call: Call<void, BatchError>;
  readonly #rejections: CommandRejection[] = [];
  #sent = 0;
  #unconfirmedChunks = 0;

  constructor(
    messages: readonly CommandMessage[],
    clock: Clock,
    options: CallOptions & { readonly bundle?: number },
  ) {
    this.#messages = messages;
    this.bundle = options.bundle;
    this.#call = new Call<void, BatchError>(clock, options, (why) => this.#ending(why));
  }

  /** What became of it. */
  get result(): ResultAsync<void, BatchError> {
    return this.#call.result;
  }

  /** The command to send next; undefined when all were sent, or when the batch has ended. */
  get next(): CommandMessage | undefined {
    const message = this.#call.settled ? undefined : this.#messages[this.#sent];
    if (message === undefined || this.bundle === undefined) return message;
    const inner = { xid: 0, message };
    return { type: "bundle-add", bundle: this.bundle, flags: BUNDLE_FLAGS, inner };
  }

  /** How many commands there are. */
  get size(): number {
    return this.#messages.length;
  }

  /** Who waits for errors to {@link next}. */
  nextWaiter(): Waiter {
    return new CommandWaiter(this, this.#sent);
  }

  /** Who waits for errors to what controls the bundle. */
  controlWaiter(): Waiter {
    return {
      onReply: () => {},
      onRejected: ({ error }) => {
        this.#refusal ??= error;
      },
      onFailed: (error) => this.fail(error),
    };
  }

  /** Notes that {@link next} is on its way under `xid`. */
  advance(xid: number): void {
    this.#sent += 1;
    if (this.bundle !== undefined) this.bundled.push(xid);
  }

  /** Notes that a barrier follows what was sent so far. */
  chunkSent(): void {
    this.#unconfirmedChunks += 1;
  }

  /** Notes the reply to one such barrier. After the last the batch is over. */
  chunkConfirmed(): void {
    this.#unconfirmedChunks -= 1;
    if (this.#unconfirmedChunks > 0 || this.next !== undefined) return;
    this.#call.settle(this.outcome());
  }

  /** Whether everything was taken, as far as it is known now. */
  outcome(): Result<void, BatchError> {
    const refusal = this.#refusal ?? this.#rejections.find(isOfBundle)?.error;
    const rejections = this.#rejections.filter((each) => !isOfBundle(each));
    const sent = this.#sent;
    if (rejections.length > 0) return err({ type: "batch-rejected", sent, rejections });
    if (refusal !== undefined) return err(this.#ending({ type: "bundle-refused", error: refusal }));
    return ok();
  }

  /** Notes that the switch refused the command at `index`. */
  reject(index: number, { request, error }: Rejection): void {
    this.#rejections.push({ index, request: this.#messages[index] ?? request, error });
  }

  /** Ends the batch. */
  fail(error: SessionError): void {
    this.#call.settle(err(this.#ending(error)));
  }

  #ending(
    why: SessionError | { readonly type: "bundle-refused"; readonly error: ErrorMessage },
  ): BatchError {
    return { ...why, sent: this.#sent, rejections: [...this.#rejections] };
  }
}

const BUNDLE_FLAGS = bundleFlag.atomic | bundleFlag.ordered;

function isOfBundle({ error }: CommandRejection): boolean {
  return error.kind === "bundle-failed";
}

/** What opens a bundle, commits or discards it. */
export function bundleControl(
  bundle: number,
  control: BundleControlType,
): BundleControl & { readonly type: "bundle-control" } {
  return { type: "bundle-control", bundle, control, flags: BUNDLE_FLAGS };
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
    this.#batch.reject(this.#index, rejection);
  }

  onFailed(error: SessionError): void {
    this.#batch.fail(error);
  }
}
