import { err, ok, type Result } from "neverthrow";
import { parseCircuitKey } from "../circuit.ts";
import { type CircuitFault, circuitFault, type FoundCircuit } from "../circuit-service.ts";
import { endOf } from "../circuit-times.ts";
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

/** The circuit that a connection of ours is, told by its description after `mark`, in that phase. */
export function foundIn(
  each: Connection,
  mark: string,
  phase: "RESERVED" | "HELD" = "RESERVED",
): readonly FoundCircuit[] {
  const { description, connectionId } = each;
  const reserved = phase === "HELD" ? each.held : each.reserved;
  if (each.phase !== phase || !description.startsWith(`${mark} `)) return [];
  const key = parseCircuitKey(description.slice(mark.length + 1));
  if (key === undefined) return [];
  const rates = reserved?.fixtures.map(({ ingress, egress }) => Math.min(ingress, egress)) ?? [];
  const mbps = rates.length === 0 ? 0 : Math.min(...rates);
  const { beginning, ending } = reserved?.schedule ?? {};
  const end = ending === undefined ? undefined : endOf(ending);
  const times = {
    ...(beginning === undefined ? {} : { start: beginning * 1000 }),
    ...(end === undefined ? {} : { end }),
  };
  return [
    {
      externalId: connectionId,
      circuit: { ...key, mbps, ...times },
      state: phase === "HELD" ? "held" : stateOf(each),
    },
  ];
}
