import { setMaxListeners } from "node:events";
import { err, errAsync, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { DriverError } from "../model/errors.ts";
import { onAbort } from "../model/on-abort.ts";
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
  const stops: (() => void)[] = [() => ended.abort(ENDED)];
  const first = new Promise<Result<T, DriverError>>((resolve, reject) => {
    stops.push(onAbort(closing, () => resolve(err(closed))));
    if (signal !== undefined) stops.push(onAbort(signal, () => resolve(err(aborted))));
    if (timeoutMs !== undefined) {
      const late: DriverError = { type: "timeout", operation, afterMs: timeoutMs };
      const timer = clock.setTimeout(() => resolve(err(late)), timeoutMs);
      stops.push(() => clock.clearTimeout(timer));
    }
    run(ended.signal).then(resolve, reject);
  });
  return new ResultAsync(
    first.finally(() => {
      for (const stop of stops) stop();
    }),
  );
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
    const timer = clock.setTimeout(() => {
      stop();
      resolve();
    }, ms);
    const stop = onAbort(signal, () => {
      clock.clearTimeout(timer);
      resolve();
    });
  });
}

/** What `promise` gives, or `err(why)` as soon as `signal` is raised. */
export function unlessAborted<T, E>(
  promise: PromiseLike<Result<T, E>>,
  signal: AbortSignal,
  why: E,
): ResultAsync<T, E> {
  if (signal.aborted) return errAsync(why);
  return new ResultAsync(
    new Promise<Result<T, E>>((resolve, reject) => {
      const stop = onAbort(signal, () => resolve(err(why)));
      promise.then(resolve, reject);
      void promise.then(stop, stop);
    }),
  );
}
