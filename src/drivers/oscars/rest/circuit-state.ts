import { err, ok, type Result } from "neverthrow";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import type { Connection } from "./connection.ts";

/** How a circuit fares, as its connection shows. */
export function stateOf({
  state,
  mode,
  deploymentState = "",
}: Connection): "reserved" | "active" | "pending" | "failed" {
  if (state === "FAILED" || state === "FINISHED" || deploymentState.endsWith("_FAILED"))
    return "failed";
  if (state === "WAITING" && mode === "MANUAL") return "reserved";
  return state === "ACTIVE" && deploymentState === "DEPLOYED" ? "active" : "pending";
}

/** What has become of a circuit that is being built, or taken apart; undefined while nobody knows. */
export function outcomeOf(
  id: string,
  found: Connection | undefined,
  wanted: "active" | "reserved",
): Result<void, CircuitFault> | undefined {
  if (found === undefined || found.phase === "ARCHIVED")
    return err(circuitFault("rejected", `${id} was ended by the domain`));
  const state = stateOf(found);
  if (state === "failed") return err(circuitFault("rejected", `${id} could not be built`));
  return state === wanted ? ok(undefined) : undefined;
}
