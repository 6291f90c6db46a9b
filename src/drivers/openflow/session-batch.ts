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

/** A bundle that commands are sent in: its id, and how many they are. */
export interface BatchBundle {
  readonly id: number;
  readonly size: number;
}

/**
 * Commands that are sent in order, one by one or as a bundle, and what is known of them so far. Each is
 * asked for when the one before it was sent.
 */
export class Batch {
  readonly #messages: Iterator<CommandMessage>;
  /** The command to send next; undefined when there is none left. */
  #upcoming: CommandMessage | undefined;
  /** The bundle that they are sent in, if they are. */
  readonly bundle: BatchBundle | undefined;
  /** The transaction ids of what was put into it. */
  readonly bundled: number[] = [];
  #refusal: ErrorMessage | undefined;
  readonly #call: Call<void, BatchError>;
  readonly #rejections: CommandRejection[] = [];
  #sent = 0;
  #unconfirmedChunks = 0;

  constructor(
    messages: Iterable<CommandMessage>,
    clock: Clock,
    options: CallOptions & { readonly bundle?: BatchBundle },
  ) {
    this.#messages = messages[Symbol.iterator]();
    this.#pull();
    this.bundle = options.bundle;
    this.#call = new Call<void, BatchError>(clock, options, (why) => this.#ending(why));
    void this.#call.result.then(() => this.#leave());
    // Nothing is not sent, so nothing confirms it.
    if (this.#upcoming === undefined) this.#call.settle(ok());
  }

  /** What became of it. */
  get result(): ResultAsync<void, BatchError> {
    return this.#call.result;
  }

  /** The command to send next; undefined when all were sent, or when the batch has ended. */
  get next(): CommandMessage | undefined {
    const message = this.#call.settled ? undefined : this.#upcoming;
    if (message === undefined || this.bundle === undefined) return message;
    const inner = { xid: 0, message };
    return { type: "bundle-add", bundle: this.bundle.id, flags: BUNDLE_FLAGS, inner };
  }

  /** How many commands were sent. */
  get sent(): number {
    return this.#sent;
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
    this.#pull();
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
    const refused = request.type === "bundle-add" ? request.inner.message : request;
    this.#rejections.push({ index, request: refused, error });
  }

  /** Ends the batch. */
  fail(error: SessionError): void {
    this.#call.settle(err(this.#ending(error)));
  }

  #pull(): void {
    const { done, value } = this.#messages.next();
    this.#upcoming = done === true ? undefined : value;
  }

  /** Lets go of where the commands come from, if there are more of them. */
  #leave(): void {
    if (this.#upcoming === undefined) return;
    this.#upcoming = undefined;
    this.#messages.return?.();
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
