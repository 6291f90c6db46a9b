import type { LimitReached } from "../model/errors.ts";
import type { Registry } from "./registry.ts";

/** How much of what can grow an agent takes on; beyond that a call ends with `limit-reached`. */
export interface AgentLimits {
  /** Networks, those that wait for their start and those that are being torn down among them; default 100,000. */
  readonly maxNetworks: number;
  /** Calls that have not ended, those that wait for others on their project among them; default 10,000. */
  readonly maxCalls: number;
  /** What is held back because a node could not be seen clean; no change begins beyond; default 10,000. */
  readonly maxQuarantines: number;
  /**
   * Networks into which probe frames are sent at the same time, further ones wait; default 4. Each may
   * have 500 frames under way, and a switch may send 2,000 packets a second.
   */
  readonly maxProbes: number;
}

export const defaultLimits: AgentLimits = {
  maxNetworks: 100_000,
  maxCalls: 10_000,
  maxQuarantines: 10_000,
  maxProbes: 4,
};

/** What there is too much of for a change to begin; `isNew` where it makes a network. */
export function limitReached(
  { count, quarantineCount }: Pick<Registry, "count" | "quarantineCount">,
  { maxNetworks, maxQuarantines }: Pick<AgentLimits, "maxNetworks" | "maxQuarantines">,
  { isNew }: { readonly isNew: boolean },
): LimitReached | undefined {
  if (isNew && count >= maxNetworks) {
    return { type: "limit-reached", what: "networks", limit: maxNetworks };
  }
  return quarantineCount >= maxQuarantines
    ? { type: "limit-reached", what: "quarantines", limit: maxQuarantines }
    : undefined;
}
