import type { IncomingRequest } from "../drivers/oscars/http/http.ts";
import type { NsiHeader } from "../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../drivers/oscars/nsi/message.ts";
import { sessionSecurityOf } from "../drivers/oscars/nsi/session-security.ts";
import { initialStates } from "../drivers/oscars/nsi/transitions.ts";
import type { Connection } from "./connection.ts";
import type { NsiPeerIdentity } from "./options.ts";

/** Who has sent a request. */
export function peerOf(
  { requesterNSA, replyTo, sessionSecurityAttr }: NsiHeader,
  request: IncomingRequest,
): NsiPeerIdentity {
  const { clientSubject } = request;
  return {
    requesterNSA,
    ...(clientSubject === undefined ? {} : { clientSubject }),
    ...(replyTo === undefined || replyTo === "" ? {} : { replyTo }),
    sessionSecurity: sessionSecurityAttr.map(sessionSecurityOf),
  };
}

/** A connection is its requester's alone, and of whoever has the certificate that it was asked with. */
export function isOwner(connection: Connection, peer: NsiPeerIdentity): boolean {
  return (
    connection.requesterNSA === peer.requesterNSA && connection.clientSubject === peer.clientSubject
  );
}

/** A connection that a peer has just asked for. */
export function newConnection(
  { sessionSecurity: _, ...peer }: NsiPeerIdentity,
  { description, globalReservationId }: Reserve,
  connectionId: string,
  now: number,
): Connection {
  return {
    ...peer,
    format: 1,
    connectionId,
    ...(description === undefined ? {} : { description }),
    ...(globalReservationId === undefined ? {} : { globalReservationId }),
    states: {
      reservationState: "ReserveStart",
      provisionState: "Released",
      lifecycleState: "Created",
      dataPlaneStatus: initialStates.dataPlaneStatus,
    },
    pending: {},
    notificationId: 0,
    resultId: 0,
    told: [],
    updatedAt: now,
  };
}
