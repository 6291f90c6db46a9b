import type { Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import { pause } from "../driver-call.ts";
import type { CircuitFault } from "./circuit-service.ts";

type Outcome = Promise<Result<void, CircuitFault>>;

/** Before what nobody answered is asked for again. */
const AGAIN_MS = [1_000, 5_000];

/**
 * Does something of a domain when `lookUp` has found out what it has. Of what nobody answered the domain is
 * asked what has become of it, and what is missing is asked for again, a few times. A domain that does not
 * say even what it has is not asked for anything more.
 */
export async function insisting(
  {
    clock,
    signal,
    lookUp,
  }: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly lookUp: () => Outcome;
  },
  work: (isAgain: boolean) => Outcome,
): Outcome {
  const looked = await lookUp();
  if (looked.isErr()) return looked;
  let done = await work(false);
  for (const waitMs of AGAIN_MS) {
    if (done.isOk() || done.error.kind !== "unreachable" || signal.aborted) return done;
    await pause(clock, waitMs, signal);
    const known = await lookUp();
    if (known.isErr() || signal.aborted) return done;
    done = await work(true);
  }
  return done;
}
