import { setMaxListeners } from "node:events";
import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { DriverError } from "../model/errors.ts";
import type { CallOptions } from "./driver-base.ts";

/** What a driver's calls have in common. */
export interface CallContext {
  readonly clock: Clock;
  /** Raised when the driver is closed. */
  readonly closing: AbortSignal;
}

/**
 * Runs one call of a driver within its limits: it ends with what `run` gives, or by its deadline, its
 * signal or the closing of the driver, whichever is first. The signal that `run` gets is raised when
 * the call has ended, so that what is still under way stops; neither timer nor listener stays.
 */
export function limitedCall<T>(
  context: CallContext,
  operation: string,
  options: CallOptions,
  run: (signal: AbortSignal) => PromiseLike<Result<T, DriverError>>,
): ResultAsync<T, DriverError> {
  const { clock, closing } = context;
  const { signal, timeoutMs } = options;
  const closed: DriverError = { type: "closed", what: "the driver" };
  const aborted: DriverError = { type: "aborted", operation };
  if (closing.aborted) return errAsync(closed);
  if (signal?.aborted) return errAsync(aborted);
  const ended = sharedAbort();
  const limits = new Promise<Result<T, DriverError>>((resolve) => {
    const until = { once: true, signal: ended.signal };
    closing.addEventListener("abort", () => resolve(err(closed)), until);
    signal?.addEventListener("abort", () => resolve(err(aborted)), until);
    if (timeoutMs === undefined) return;
    const late: DriverError = { type: "timeout", operation, afterMs: timeoutMs };
    const timer = clock.setTimeout(() => resolve(err(late)), timeoutMs);
    ended.signal.addEventListener("abort", () => clock.clearTimeout(timer), { once: true });
  });
  const first = Promise.race([run(ended.signal), limits]);
  return new ResultAsync(first.finally(() => ended.abort(ENDED)));
}

/** Why signals are raised when a call is over. Without a reason, an exception would be made each time. */
const ENDED = "the call has ended";

/** A controller whose signal any number of calls may listen to without a warning of Node's. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Waits for `ms`, or until `signal` is raised. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stop = (): void => {
      clock.clearTimeout(timer);
      resolve();
    };
    const timer = clock.setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** What `promise` gives, or `err(why)` as soon as `signal` is raised. */
export function unlessAborted<T, E>(
  promise: PromiseLike<Result<T, E>>,
  signal: AbortSignal,
  why: E,
): ResultAsync<T, E> {
  if (signal.aborted) return errAsync(why);
  const done = new AbortController();
  const aborted = new Promise<Result<T, E>>((resolve) => {
    signal.addEventListener("abort", () => resolve(err(why)), { once: true, signal: done.signal });
  });
  return new ResultAsync(Promise.race([promise, aborted]).finally(() => done.abort(ENDED)));
}
