import type { OutgoingResponse } from "../../drivers/oscars/http/http.ts";
import { answerOf, exceptionOf, type Refusal } from "../../drivers/oscars/nsi/answer.ts";
import type { SoapFault } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage } from "../../drivers/oscars/nsi/message.ts";
import { FRAMEWORK_TYPES, nsiPrefixes } from "../../drivers/oscars/nsi/names.ts";
import type { OperationRequest } from "../../drivers/oscars/nsi/operation.ts";
import type { OperationResult } from "../../drivers/oscars/nsi/result.ts";
import type { XmlElement } from "../../drivers/oscars/xml/element.ts";
import { readXml } from "../../drivers/oscars/xml/read-xml.ts";
import { writeXml } from "../../drivers/oscars/xml/write-xml.ts";
import type { NsiConnection } from "./nsi-connection.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** A fault as a provider writes it: its exception under either name, or neither exception nor header. */
export function faultAnswer(
  header: NsiHeader,
  fault: SoapFault,
  { faults = "connection" }: NsiQuirks,
): OutgoingResponse {
  if (faults === "bare") {
    const { serviceException: _, ...bare } = fault;
    return answerOf(500, undefined, bare);
  }
  const answer = answerOf(500, header, fault);
  if (faults === "connection") return answer;
  const body = readXml(answer.body ?? "")
    .map((root) => writeXml(inFramework(root), nsiPrefixes))
    .unwrapOr("");
  return { ...answer, body };
}

function inFramework(element: XmlElement): XmlElement {
  const isException = element.name === "serviceException";
  const children = element.children.map(inFramework);
  return { ...element, ...(isException ? { namespace: FRAMEWORK_TYPES } : {}), children };
}

/** What a server says whose program broke. */
export const brokenAnswer: OutgoingResponse = {
  status: 500,
  headers: { "content-type": "text/html" },
  body: "<html><body>Internal Server Error</body></html>",
};

/** What is told of a request that cannot be done, to whom it was acknowledged. */
export function failureOf(
  nsa: string,
  request: OperationRequest,
  { refusal, connection }: { readonly refusal: Refusal; readonly connection?: NsiConnection },
  connectionId: string,
): OperationResult {
  const serviceException = exceptionOf(nsa, refusal);
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
