import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import type { IdcpFault } from "./envelope.ts";

/** Why a request was not met. */
export interface IdcpRefusal extends CircuitFault {
  /** A word of {@link NOT_NOW}'s kind, where the server's fault says it or its text means it. */
  readonly code?: string;
}

/** The reservation is in a state in which that cannot be done: later, perhaps. */
export const NOT_NOW = "RESERVATION_STATE_CHANGE_NOT_ALLOWED";
/** There is no such reservation, or it is not ours. */
export const NOT_FOUND = "RESERVATION_NOT_FOUND";
/** It was not done, and nobody says why: the word of 0.6, and of 0.5 any text that means nothing to us. */
export const NO_REASON = "UNKNOWN";

const NOTHING_LEFT = /^PCE_|^RESERVATION_CREATE_FAILED$|^PATH_/;

/** What a fault means. Those of version 0.5 have no code: what their text says has to do. */
export function refusalOf({ reason, detail }: IdcpFault): IdcpRefusal {
  const message = detail?.errorReport?.errorMsg ?? detail?.msg ?? reason;
  const code = detail?.errorReport?.errorCode ?? codeIn(message, detail?.name);
  const kind = code !== undefined && NOTHING_LEFT.test(code) ? "unavailable" : "rejected";
  return { ...circuitFault(kind, message), ...(code === undefined ? {} : { code }) };
}

function codeIn(
  message: string,
  name: NonNullable<IdcpFault["detail"]>["name"] | undefined,
): string | undefined {
  if (name === "AAAFault") return "ACCESS_DENIED";
  if (name === undefined || name === "OSCARSFault") return undefined;
  const meant = meanings.find(([words]) => words.test(message))?.[1];
  return meant ?? (name === "SignalFault" ? undefined : NO_REASON);
}

/** What texts of OSCARS 0.5 mean, in the words of 0.6. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /no reservations? match|reservation.*(not found|does not exist)|no such reservation/i,
    NOT_FOUND,
  ],
  [/\b(status|state)\b|already being modified|start time/i, NOT_NOW],
  [/vlan|vtag|bandwidth|capacity|oversubscri|no path|path.*not found/i, "PCE_CREATE_FAILED"],
];
