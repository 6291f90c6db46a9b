import { domainOf } from "../network/crossings.ts";
import type { Decision } from "../network/decide.ts";
import { coversRateSteps } from "../network/traffic.ts";
import type { OutOfStep } from "./change-error.ts";
import type { Registry } from "./registry.ts";

/**
 * That switches of a new network, which had not connected when it was decided, turn out to hold rates in steps, and to
 * let through more than is reserved.
 */
export function outOfStep(
  { rateSteps, topology }: Pick<Registry, "rateSteps" | "topology">,
  { target: { spec, plan } }: Decision,
): OutOfStep | undefined {
  const [first] = plan.endpoints;
  if (first === undefined || coversRateSteps(spec, rateSteps())) return undefined;
  const domain = domainOf(topology, first.attachment.node);
  const message = "rates are held in steps that were not known when this was planned";
  const causes = [{ kind: "unsupported" as const, message }];
  return { type: "out-of-step", error: { type: "driver-failed", domain, causes } };
}
