import type { OutgoingResponse } from "../http/http.ts";
import { type SoapFault, writeNsi } from "./envelope.ts";
import type { NsiHeader } from "./header.ts";
import type { NsiMessage } from "./message.ts";
import { REQUESTER_VERSION } from "./names.ts";
import type { ServiceException } from "./service-exception.ts";

/** Why a request is not met, as NSI numbers it (GFD.235). */
export interface Refusal {
  /** Five digits. */
  readonly errorId: string;
  readonly text: string;
}

/** A refusal as the agent with this URN says it. */
export function exceptionOf(
  nsaId: string,
  { errorId, text }: Refusal,
  connectionId?: string,
): ServiceException {
  const about = connectionId === undefined ? {} : { connectionId };
  return { nsaId, ...about, errorId, text, childException: [] };
}

/** A fault without a detail: what came is no message. */
export function faultOf(faultcode: string, faultstring: string): SoapFault {
  return { type: "fault", faultcode, faultstring };
}

/** A fault that says why a request is not even taken. */
export function refusalFault(nsaId: string, refusal: Refusal): SoapFault {
  return {
    ...faultOf("Server", refusal.text),
    serviceException: exceptionOf(nsaId, refusal),
  };
}

/**
 * A provider's immediate answer, with the header of the request where there was one, but for what it
 * says of rights and of others: that is nobody's but the provider's, and may be secret.
 */
export function answerOf(
  status: number,
  header: NsiHeader | undefined,
  body: NsiMessage | SoapFault,
): OutgoingResponse {
  const headers = { "content-type": "text/xml; charset=utf-8" };
  if (header === undefined) return { status, headers, body: writeNsi({ body }) };
  const { replyTo: _, ...echoed } = header;
  const own = {
    ...{ ...echoed, protocolVersion: REQUESTER_VERSION },
    ...{ sessionSecurityAttr: [], extensions: [] },
  };
  return { status, headers, body: writeNsi({ header: own, body }) };
}
