import { err, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import { onAbort } from "../../model/on-abort.ts";
import type { CallOptions } from "../driver-base.ts";
import type { Interruption } from "./session-error.ts";

/**
 * A call that is under way: it ends once, by {@link settle}, by its deadline or by its abort signal,
 * and leaves neither timer nor listener behind.
 */
export class Call<T, E> {
  /** What became of it. */
  readonly result: ResultAsync<T, E>;
  readonly #clock: Clock;
  readonly #timer: unknown;
  readonly #ignoreAbort: (() => void) | undefined;
  #resolve: ((result: Result<T, E>) => void) | undefined;

  /** `interrupted` makes the error of a call that its deadline or its signal ends. */
  constructor(clock: Clock, options: CallOptions, interrupted: (why: Interruption) => E) {
    const { signal, timeoutMs } = options;
    this.result = new ResultAsync(
      new Promise<Result<T, E>>((resolve) => {
        this.#resolve = resolve;
      }),
    );
    this.#clock = clock;
    if (timeoutMs !== undefined) {
      const expire = (): void => this.#interrupt(interrupted, { type: "timeout", timeoutMs });
      this.#timer = clock.setTimeout(expire, timeoutMs);
    }
    if (signal === undefined) return;
    this.#ignoreAbort = onAbort(signal, () => this.#interrupt(interrupted, { type: "aborted" }));
  }

  /** Whether it has ended. */
  get settled(): boolean {
    return this.#resolve === undefined;
  }

  /** Ends the call. Nothing happens when it has ended before. */
  settle(result: Result<T, E>): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#ignoreAbort?.();
    resolve(result);
  }

  #interrupt(interrupted: (why: Interruption) => E, why: Interruption): void {
    if (!this.settled) this.settle(err(interrupted(why)));
  }
}
