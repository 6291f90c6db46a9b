import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import { allows, confirmations, withStates } from "../../drivers/oscars/nsi/transitions.ts";
import { carriedOut, type NsiConnection, newConnection } from "./nsi-connection.ts";
import { isStuck, mayAbort } from "./nsi-demands.ts";
import type { NsiQuirks } from "./nsi-options.ts";
import { type NsiMarket, type Outcome, reserved } from "./nsi-reserve.ts";

/** What a request makes of a connection, if one is known, or why it does not. */
export function outcomeOf(
  header: NsiHeader,
  request: OperationRequest,
  known: NsiConnection | undefined,
  market: NsiMarket,
): Outcome {
  const { quirks } = market;
  if (request.type === "reserve") return reserved(header, request, known, market);
  if (known === undefined) return { refusal: { errorId: "00203", text: "no such connection" } };
  const { connectionId, states } = known;
  if (states.lifecycleState === "Terminated")
    return { refusal: { errorId: "00204", text: "it is terminated" } };
  const isAbort = request.type === "reserveAbort";
  const isSpoilt = quirks.sticksProvisioning === true && states.provisionState === "Provisioning";
  const isSpoiling = request.type === "provision" && isSpoilt;
  if (!allows(known, request.type) || (isAbort && !mayAbort(known, quirks)) || isSpoiling) {
    const text = `${request.type} while ${states.reservationState}`;
    return { connection: spoilt(known, request, quirks), refusal: { errorId: "00201", text } };
  }
  if (isAbort && isStuck(known, quirks))
    return { connection: known, result: { type: "reserveAbortConfirmed", connectionId } };
  return {
    connection: carriedOut(known, request.type),
    result: { type: confirmations[request.type], connectionId },
  };
}

/** What is asked to be provisioned too early is being provisioned for ever, where a provider is so. */
function spoilt(
  known: NsiConnection,
  { type }: OperationRequest,
  { sticksProvisioning }: NsiQuirks,
): NsiConnection {
  return type === "provision" && sticksProvisioning === true
    ? withStates(known, { provisionState: "Provisioning" })
    : known;
}

/** A connection of which an aggregator knows only that it was asked for: who is to make it is not there. */
export function neverPassedOn(
  { requesterNSA }: NsiHeader,
  request: OperationRequest,
  known: NsiConnection | undefined,
  { quirks, newId }: Pick<NsiMarket, "quirks" | "newId">,
): NsiConnection | undefined {
  if (known !== undefined || request.type !== "reserve") return known;
  const { description } = request;
  const base = { connectionId: newId(), requesterNSA };
  const named = { ...base, ...(description === undefined ? {} : { description }) };
  const made = newConnection(named, quirks);
  return withStates(made, { reservationState: "ReserveChecking" });
}
