import { err, type ResultAsync } from "neverthrow";
import type { CallOptions } from "../driver-base.ts";
import { type Batch, bundleControl } from "./session-batch.ts";
import type { BatchPort } from "./session-batch-sender.ts";
import { Call } from "./session-call.ts";
import type { BatchError, SessionError } from "./session-error.ts";

/**
 * A bundle that a switch has taken, to be committed or discarded. It is committed only then because a
 * switch that refuses one message on the way may go on collecting the rest (Open vSwitch does).
 */
export class PreparedBundle {
  readonly #port: BatchPort;
  readonly #batch: Batch;
  readonly #id: number;

  /** `batch` is what was put into it. */
  constructor(port: BatchPort, batch: Batch, id: number) {
    this.#port = port;
    this.#batch = batch;
    this.#id = id;
  }

  /** Carries everything out, or nothing: then the error says what was refused, and why. */
  commit(options: CallOptions = {}): ResultAsync<void, BatchError> {
    const { clock, channel } = this.#port;
    const ending = (why: SessionError): BatchError => ({
      ...why,
      sent: this.#batch.sent,
      rejections: [],
    });
    const call = new Call<void, BatchError>(clock, options, ending);
    const request = bundleControl(this.#id, "commit-request");
    const waiter = {
      ...this.#batch.controlWaiter(),
      onFailed: (error: SessionError) => call.settle(err(ending(error))),
    };
    channel.request(request, waiter).match(
      ({ bytes }) => {
        void this.#port.writeWithBarrier([bytes]).match(
          () => call.settle(this.#batch.outcome()),
          (error) => call.settle(err(ending(error))),
        );
      },
      (error) => call.settle(err(ending(error))),
    );
    void call.result.then(() => this.#forget());
    return call.result;
  }

  /** Gives it up; nothing is carried out. */
  discard(): void {
    const ignored = { onReply: () => {}, onRejected: () => {}, onFailed: () => {} };
    this.#port.channel
      .request(bundleControl(this.#id, "discard-request"), ignored)
      .andTee(({ bytes }) => this.#port.write(bytes));
    this.#forget();
  }

  #forget(): void {
    for (const xid of this.#batch.bundled) this.#port.channel.forget(xid);
  }
}
