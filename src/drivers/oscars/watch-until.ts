import { err, type Result, ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../model/clock.ts";
import { pause } from "../driver-call.ts";
import { type CircuitFault, circuitFault } from "./circuit-service.ts";

/** How a change that goes on after it is answered is watched. */
export interface Watching {
  readonly clock: Clock;
  /** How long it may take, in milliseconds. */
  readonly activationMs: number;
  /** Between two looks, in milliseconds. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** Ends a wait when it is raised: there is reason to look at once. A new one for each wait. */
  readonly told?: () => AbortSignal;
}

/** Looks until a look gives an outcome; without one in time, what `late` gives. */
export function watchUntil(
  watching: Watching,
  look: () => Promise<Result<void, CircuitFault> | undefined>,
  late: CircuitFault,
): ResultAsync<void, CircuitFault> {
  return new ResultAsync(watch(watching, look, late));
}

async function watch(
  { clock, activationMs, pollMs, signal, told }: Watching,
  look: () => Promise<Result<void, CircuitFault> | undefined>,
  late: CircuitFault,
): Promise<Result<void, CircuitFault>> {
  const deadline = steadyMs(clock) + activationMs;
  while (!signal.aborted && steadyMs(clock) < deadline) {
    const news = told?.();
    const outcome = await look();
    if (outcome !== undefined) return outcome;
    await pause(clock, pollMs, news === undefined ? signal : AbortSignal.any([signal, news]));
  }
  return err(signal.aborted ? circuitFault("unreachable", "it was not waited for") : late);
}
