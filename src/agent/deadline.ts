import { sharedAbort } from "../drivers/driver-call.ts";
import type { Clock } from "../model/clock.ts";
import type { Aborted, Closed, Timeout } from "../model/errors.ts";
import { onAbort } from "../model/on-abort.ts";

/** Why a call was ended before it was done. */
export type Interruption = Timeout | Aborted | Closed;

/** What may end a call early. */
export interface DeadlineOptions {
  /** The name of the call, for the error. */
  readonly operation: string;
  readonly timeoutMs: number;
  /** Raised by the caller. */
  readonly signal?: AbortSignal | undefined;
  /** Raised when the agent closes. */
  readonly closing?: AbortSignal;
}

/**
 * The one place where a caller's signal, the agent's closing and the clock end a call. Whoever makes
 * one disposes of it; then no timer and no listener is left.
 */
export class Deadline implements Disposable {
  readonly #controller = sharedAbort();
  readonly #releases: (() => void)[] = [];
  #interruption: Interruption | undefined;

  constructor(clock: Clock, options: DeadlineOptions) {
    const { operation, timeoutMs, signal, closing } = options;
    const timer = clock.setTimeout(
      () => this.#interrupt({ type: "timeout", operation, afterMs: timeoutMs }),
      timeoutMs,
    );
    this.#releases.push(() => clock.clearTimeout(timer));
    this.#follow(signal, { type: "aborted", operation });
    this.#follow(closing, { type: "closed", what: "the agent" });
  }

  /** Raised when the call must end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the call must end; undefined while it may go on. */
  get interruption(): Interruption | undefined {
    return this.#interruption;
  }

  [Symbol.dispose](): void {
    for (const release of this.#releases.splice(0)) release();
  }

  #follow(signal: AbortSignal | undefined, interruption: Interruption): void {
    if (signal === undefined) return;
    this.#releases.push(onAbort(signal, () => this.#interrupt(interruption)));
  }

  #interrupt(interruption: Interruption): void {
    this.#interruption ??= interruption;
    this.#controller.abort();
  }
}
