import type { OutgoingResponse } from "../../drivers/oscars/http/http.ts";
import { answerOf, exceptionOf, type Refusal } from "../../drivers/oscars/nsi/answer.ts";
import type { SoapFault } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage } from "../../drivers/oscars/nsi/message.ts";
import type { OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import type { ServiceException } from "../../drivers/oscars/nsi/service-exception.ts";
import type { NsiConnection } from "./nsi-connection.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** Whose trouble it is, where a provider only passes on what agents below it do. */
export const childNsa = (nsa: string): string => `${nsa}:child`;

/** A refusal in a provider's own numbers, and inside its own where it is somebody else's. */
export function saidBy(
  nsa: string,
  { errorId, text }: Refusal,
  { errorIds = {}, aggregates }: NsiQuirks,
  connectionId?: string,
): ServiceException {
  const refusal = { errorId: errorIds[errorId] ?? errorId, text };
  if (aggregates !== true) return exceptionOf(nsa, refusal, connectionId);
  const part = { errorId: "00502", text: "a part of it was refused" };
  const whole = exceptionOf(nsa, part, connectionId);
  return { ...whole, childException: [exceptionOf(childNsa(nsa), refusal)] };
}

/** A fault as a provider writes it: with its exception and a header, or without the one, the other or both. */
export function faultAnswer(
  header: NsiHeader,
  fault: SoapFault,
  { faults = "connection" }: NsiQuirks,
): OutgoingResponse {
  if (faults === "bare") {
    const { serviceException: _, ...bare } = fault;
    return answerOf(500, undefined, bare);
  }
  return answerOf(500, faults === "framework" ? undefined : header, fault);
}

/** What a server says whose program broke. */
export const brokenAnswer: OutgoingResponse = {
  status: 500,
  headers: { "content-type": "text/html" },
  body: "<html><body>Internal Server Error</body></html>",
};

/** What is told of a request that cannot be done, to whom it was acknowledged. */
export function failureOf(
  serviceException: ServiceException,
  request: OperationRequest,
  connection: NsiConnection | undefined,
  connectionId: string,
): OperationResult {
  const isStateful = request.type === "reserve" || request.type === "reserveCommit";
  if (!isStateful || connection === undefined) return { type: "error", serviceException };
  const type = request.type === "reserve" ? "reserveFailed" : "reserveCommitFailed";
  return { type, connectionId, connectionStates: connection.states, serviceException };
}

/** The answer to a request that was heard. */
export function acknowledged({ type }: OperationRequest, connectionId: string): NsiMessage {
  return type === "reserve"
    ? { type: "reserveResponse", connectionId }
    : { type: "acknowledgment" };
}
