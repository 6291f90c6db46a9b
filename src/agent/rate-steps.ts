import type { Result } from "neverthrow";
import type { DcnsError } from "../model/errors.ts";
import { invariant } from "../model/invariant.ts";
import type { Decision } from "../network/decide.ts";
import { inRateSteps, isInRateSteps } from "../network/rate-step.ts";
import type { NetworkRecord } from "../network/record.ts";
import type { NetworkSpec } from "../network/spec.ts";
import type { Registry } from "./registry.ts";

/**
 * That switches have come, while something was made there, which hold rates in other steps than was known when it was
 * decided: they let in more than is reserved. What may be there already is planned no other way.
 */
export function outOfStep(
  { rateSteps, topology }: Pick<Registry, "rateSteps" | "topology">,
  before: NetworkRecord | undefined,
  { target }: Decision,
): DcnsError | undefined {
  if (before?.phase === "provision") return undefined;
  if (isInRateSteps(target.spec, rateSteps)) return undefined;
  const [domain] = topology.domains.keys();
  invariant(domain !== undefined, "a switch that has come is in a domain");
  const message = "rates are held in other steps than was known when this was planned";
  return { type: "driver-failed", domain, causes: [{ kind: "unsupported", message }] };
}

/** Decides anew what was decided for `spec` before its steps were known; the deadline of `decide` bounds it. */
export async function untilInSteps<T>(
  registry: Pick<Registry, "rateSteps">,
  spec: NetworkSpec,
  decide: () => Promise<Result<T, DcnsError>>,
): Promise<Result<T, DcnsError>> {
  for (;;) {
    const { rateStep } = inRateSteps(spec, registry.rateSteps);
    const done = await decide();
    if (done.isOk() || inRateSteps(spec, registry.rateSteps).rateStep === rateStep) return done;
  }
}
