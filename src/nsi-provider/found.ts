import { err, ok, type Result } from "neverthrow";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { OperationRequest } from "../drivers/oscars/nsi/operation.ts";
import { allows } from "../drivers/oscars/nsi/transitions.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionBook } from "./connection-book.ts";
import type { NsiPeerIdentity } from "./options.ts";
import { isOwner } from "./peer.ts";

/** Each is kept until it is told, so there is an end to them. */
const MAX_ALSO_TERMINATING = 16;

/** The connection that a request is about, if it makes sense for it now; undefined for a new one. */
export function foundFor(
  book: ConnectionBook,
  peer: NsiPeerIdentity,
  { type, connectionId }: OperationRequest,
): Result<Connection | undefined, Refusal> {
  if (connectionId === undefined) return ok(undefined);
  const connection = book.get(connectionId);
  if (connection === undefined || !isOwner(connection, peer))
    return err({ errorId: "00203", text: `there is no connection ${connectionId}` });
  const { lifecycleState, provisionState, reservationState } = connection.states;
  if (lifecycleState === "Terminated")
    return err({ errorId: "00203", text: `${connectionId} is terminated` });
  const isBusy = /ing$/.test(type === "provision" || type === "release" ? provisionState : "");
  const isOver = lifecycleState !== "Created" && type !== "terminate";
  if (isBusy || isOver || !allows(connection, type)) {
    const text = `${type} while ${reservationState}, ${provisionState}, ${lifecycleState}`;
    return err({ errorId: "00201", text });
  }
  if (type === "terminate" && (connection.alsoTerminating ?? []).length >= MAX_ALSO_TERMINATING)
    return err({ errorId: "00201", text: `${connectionId} is being terminated` });
  return ok(connection);
}
