import { err, errAsync, ok, type Result, type ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { DriverError } from "../model/errors.ts";
import type { DomainId } from "../model/ids.ts";
import type { CallOptions } from "./driver-base.ts";
import { limitedCall, sharedAbort } from "./driver-call.ts";
import type { DriverEvent } from "./driver-event.ts";

/**
 * What every driver goes through: it is attached once and closed once, has calls in between, each
 * within its limits, and tells of what happens. `S` is what its calls work with.
 */
export class DriverLife<S extends { readonly clock: Clock }> {
  readonly #listeners = new Set<(event: DriverEvent) => void>();
  readonly #closing = sharedAbort();
  #isTaken = false;
  #service: S | undefined;

  /** Raised when the driver is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** What calls work with; undefined while the driver is not attached. */
  get service(): S | undefined {
    return this.#service;
  }

  /** Takes the driver for a domain, unless it is closed or taken already. */
  take(domain: DomainId): Result<void, DriverError> {
    if (this.closing.aborted) return err({ type: "closed", what: "the driver" });
    if (this.#isTaken) {
      const message = "the driver is attached already";
      return err({ type: "driver-failed", domain, causes: [{ kind: "misconfigured", message }] });
    }
    this.#isTaken = true;
    return ok(undefined);
  }

  /** From now on the driver is attached, and calls work with this. */
  serve(service: S): void {
    this.#service = service;
  }

  /** The driver could not be attached; that may be tried again. */
  giveBack(): void {
    this.#isTaken = false;
    this.#service = undefined;
  }

  /** Runs a call within its limits, and those of the driver's life; see {@link limitedCall}. */
  call<T>(
    operation: string,
    options: CallOptions,
    run: (service: S, signal: AbortSignal) => PromiseLike<Result<T, DriverError>>,
  ): ResultAsync<T, DriverError> {
    const service = this.#service;
    if (service === undefined) {
      return errAsync({ type: "closed", what: "the driver, which is not attached," });
    }
    const context = { clock: service.clock, closing: this.closing };
    return limitedCall(context, operation, options, (signal) => run(service, signal));
  }

  /** Calls `listener` with every event until disposed. */
  subscribe(listener: (event: DriverEvent) => void): Disposable {
    // A listener of its own, so that one function may subscribe twice.
    const own = (event: DriverEvent): void => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  emit(event: DriverEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Ends calls that are under way; nobody is told anything any more. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.#listeners.clear();
  }
}
