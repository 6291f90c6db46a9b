import type { Result } from "neverthrow";
import type { DcnsError } from "../model/errors.ts";
import { sameRateSteps } from "../model/rate-steps.ts";
import { domainOf } from "../network/crossings.ts";
import type { Decision } from "../network/decide.ts";
import { coversRateSteps } from "../network/traffic.ts";
import type { Registry } from "./registry.ts";

/**
 * That switches of a new network, which had not connected when it was decided, turn out to hold rates in steps, and to
 * let through more than is reserved.
 */
export function outOfStep(
  { rateSteps, topology }: Pick<Registry, "rateSteps" | "topology">,
  { target: { spec, plan } }: Decision,
): DcnsError | undefined {
  const [first] = plan.endpoints;
  if (first === undefined || coversRateSteps(spec, rateSteps())) return undefined;
  const domain = domainOf(topology, first.attachment.node);
  const message = "rates are held in steps that were not known when this was planned";
  return { type: "driver-failed", domain, causes: [{ kind: "unsupported", message }] };
}

/** Decides anew what failed when other steps became known meanwhile; the deadline of `decide` bounds it. */
export async function untilInStep<T>(
  { rateSteps }: Pick<Registry, "rateSteps">,
  decide: () => Promise<Result<T, DcnsError>>,
): Promise<Result<T, DcnsError>> {
  for (;;) {
    const known = rateSteps();
    const done = await decide();
    if (done.isOk() || sameRateSteps(rateSteps(), known)) return done;
  }
}
