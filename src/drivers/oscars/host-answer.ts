import { err, ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import { pause } from "../driver-call.ts";

/** Why a host application has not answered: it threw or rejected, took too long, or nobody waits any more. */
export type HostSilence = "failed" | "late" | "aborted";

/** Limits on one answer. */
export interface HostLimits {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly timeoutMs: number;
}

/**
 * What a callback of the host application gives: credentials, say. It may throw, and it may never
 * answer: then whatever waits for it would do so for good, with all that waits for that.
 */
export function answerOfHost<T>(
  ask: () => Promise<T>,
  { clock, signal, timeoutMs }: HostLimits,
): ResultAsync<T, HostSilence> {
  const over = new AbortController();
  const answered = ResultAsync.fromThrowable(ask, (): HostSilence => "failed")();
  const enough = AbortSignal.any([signal, over.signal]);
  const silent = pause(clock, timeoutMs, enough).then(() =>
    err<T, HostSilence>(signal.aborted ? "aborted" : "late"),
  );
  return new ResultAsync(Promise.race([answered, silent]).finally(() => over.abort()));
}
