import type { HttpHandler, IncomingRequest, OutgoingResponse } from "../http/http.ts";
import { describeXmlFault } from "../xml/fault.ts";
import { type NsiEnvelope, readNsi, writeNsi } from "./envelope.ts";
import type { NsiPeer } from "./exchange.ts";
import type { NsiHeader } from "./header.ts";
import { REQUESTER_VERSION } from "./names.ts";
import { isNotification, type Notification } from "./notification.ts";
import { isResult, type OperationResult } from "./result.ts";

/** Who hears what a provider posts. */
export interface CallbackSink {
  readonly result: (correlationId: string, result: OperationResult) => void;
  readonly notification: (notification: Notification) => void;
}

const XML = { "content-type": "text/xml; charset=utf-8" };

/**
 * Answers the posts of one provider. Whatever can be read is acknowledged, wanted or not, for
 * providers go on posting otherwise; only what comes in the two agents' names is listened to.
 */
export function callbackHandler(
  { requesterNSA, providerNSA }: NsiPeer,
  sink: CallbackSink,
): HttpHandler {
  return async (request: IncomingRequest): Promise<OutgoingResponse> => {
    if (request.method !== "POST") return { status: 405 };
    const read = readNsi(request.body);
    if (read.isErr()) return faultAnswer(describeXmlFault(read.error));
    const { header, body } = read.value;
    if (header === undefined) return faultAnswer("a header expected");
    const isForUs = header.requesterNSA === requesterNSA && header.providerNSA === providerNSA;
    if (isForUs) deliver(sink, header.correlationId, body);
    return { status: 200, headers: XML, body: writeNsi(acknowledgmentOf(header)) };
  };
}

function deliver(sink: CallbackSink, correlationId: string, body: NsiEnvelope["body"]): void {
  if (isResult(body)) sink.result(correlationId, body);
  else if (isNotification(body)) sink.notification(body);
}

function acknowledgmentOf({ replyTo: _, ...header }: NsiHeader): NsiEnvelope {
  return {
    header: {
      ...header,
      protocolVersion: REQUESTER_VERSION,
      sessionSecurityAttr: [],
      extensions: [],
    },
    body: { type: "acknowledgment" },
  };
}

function faultAnswer(faultstring: string): OutgoingResponse {
  const body = writeNsi({ body: { type: "fault", faultcode: "Client", faultstring } });
  return { status: 500, headers: XML, body };
}
