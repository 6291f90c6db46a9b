import { nodeOfPort, type PortRef } from "../../../model/ids.ts";
import { atNamedEnds, type Blocked, blockedLabels, blockedRates } from "../blocked.ts";
import type { Circuit } from "../circuit.ts";
import { rootCause, type ServiceException } from "./service-exception.ts";

/** What a circuit could not have, as far as an exception tells (GFD.235, and the older numbers). */
export function blockedBy(
  circuit: Circuit,
  exception: ServiceException,
  stpOf: (port: PortRef) => string | undefined,
): Blocked {
  const { errorId, text, variables = [] } = rootCause(exception);
  const values = variables.flatMap(({ value }) => value);
  const named = atNamedEnds(circuit, [text, ...values].join(" "), stpOf);
  switch (errorId) {
    // No such STP.
    case "00401":
    case "00402":
    case "00701":
    case "00702":
      return blockedRates(named, 0);
    // Labels cannot be swapped.
    case "00404":
    case "00703":
      return [circuit.ends.slice(0, 1).map(({ port }) => translation(port))];
    // An STP is in use.
    case "00601":
    case "00704":
      return blockedLabels(named);
    default:
      return blockedRates(named);
  }
}

function translation(port: PortRef): Blocked[number][number] {
  return { type: "translation", node: nodeOfPort(port) };
}
