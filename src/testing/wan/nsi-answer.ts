import type { HttpHandler } from "../../drivers/oscars/http/http.ts";
import { type SoapFault, writeNsi } from "../../drivers/oscars/nsi/envelope.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage } from "../../drivers/oscars/nsi/message.ts";
import { REQUESTER_VERSION } from "../../drivers/oscars/nsi/names.ts";
import type { ChildSummary, Reservation } from "../../drivers/oscars/nsi/reservation.ts";
import type { NsiConnection } from "./nsi-connection.ts";

/** A connection as a query shows it. */
export function summaryOf(connection: NsiConnection): Reservation<ChildSummary> {
  const { connectionId, description, globalReservationId, requesterNSA, states } = connection;
  return {
    connectionId,
    ...(description === undefined ? {} : { description }),
    ...(globalReservationId === undefined ? {} : { globalReservationId }),
    criteria: connection.committed === undefined ? [] : [connection.committed.criteria],
    requesterNSA,
    connectionStates: states,
  };
}

/** A fault without a detail. */
export function faultOf(faultcode: string, faultstring: string): SoapFault {
  return { type: "fault", faultcode, faultstring };
}

/** An HTTP answer, with the header of the request where there was one. */
export function answerOf(
  status: number,
  header: NsiHeader | undefined,
  body: NsiMessage | SoapFault,
): Awaited<ReturnType<HttpHandler>> {
  const { replyTo: _, ...echoed } = header ?? {};
  const envelope =
    header === undefined
      ? { body }
      : { header: { ...header, ...echoed, protocolVersion: REQUESTER_VERSION }, body };
  return {
    status,
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: writeNsi(envelope),
  };
}
