import { type IdcpFault, idcp06, readIdcp, writeIdcp } from "../../drivers/oscars/idcp/envelope.ts";
import type { Message06, ReservationDetails06 } from "../../drivers/oscars/idcp/message-06.ts";
import { notifyText } from "./idcp-notify.ts";
import type { IdcpAnswer, IdcpDoor, IdcpOperation, IdcpReservation } from "./idcp-operation.ts";

/** Without a number OSCARS 0.6 lists so many, and does not say that there are more. */
const LISTED = 100;

/** OSCARS 0.6 as a server speaks it. */
export const door06: IdcpDoor = {
  namesByParameter: false,
  tell: (subscription, { id, event, reservation }, timestamp) =>
    notifyText(idcp06, subscription, {
      ...{ type: "event", id, event, timestamp, resDetails: detailsOf(reservation) },
    }),
  operationIn(text) {
    const read = readIdcp(idcp06, text);
    if (read.isErr() || read.value.body.type === "fault") return undefined;
    return operationOf(read.value.body);
  },
  say: (operation, answer, now) =>
    writeIdcp(idcp06, { header: [], body: messageOf(operation, answer, now) }),
};

function operationOf(message: Message06): IdcpOperation {
  switch (message.type) {
    case "createReservation": {
      const { description, userRequestConstraint: wanted } = message;
      return { type: "create", description, wanted };
    }
    case "modifyReservation": {
      const { globalReservationId: gri, userRequestConstraint: wanted } = message;
      return { type: "modify", gri, wanted };
    }
    case "queryReservation":
      return { type: "query", gri: message.globalReservationId };
    case "cancelReservation":
      return { type: "cancel", gri: message.globalReservationId };
    case "createPath":
    case "refreshPath":
    case "teardownPath":
      return { type: message.type, gri: message.globalReservationId };
    case "listReservations": {
      const { description, resRequested: count = LISTED, resOffset: from = 0 } = message;
      return { type: "list", description, count, from };
    }
    case "getNetworkTopology":
      return { type: "topology" };
    default:
      return { type: "unknown", name: message.type };
  }
}

function messageOf(
  operation: IdcpOperation,
  answer: IdcpAnswer,
  now: number,
): Message06 | IdcpFault {
  switch (answer.type) {
    case "refused":
      return faultOf(answer.code, answer.message, now);
    case "list": {
      const resDetails = answer.reservations.map(detailsOf);
      // As many as are in this answer, not as there are.
      return { type: "listReservationsResponse", resDetails, totalResults: resDetails.length };
    }
    case "topology":
      return { type: "getNetworkTopologyResponse", topology: answer.topology };
    case "reservation":
      return answerAbout(operation, answer.reservation, now);
  }
}

function answerAbout(
  operation: IdcpOperation,
  reservation: IdcpReservation,
  now: number,
): Message06 {
  const { gri: globalReservationId, status, reason } = reservation;
  switch (operation.type) {
    case "create":
      return { type: "createReservationResponse", globalReservationId, status: "Ok" };
    case "cancel":
      return { type: "cancelReservationResponse", status: "Ok" };
    case "modify":
      return { type: "modifyReservationResponse", globalReservationId, status };
    case "createPath":
    case "refreshPath":
    case "teardownPath":
      return { type: `${operation.type}Response`, globalReservationId, status };
    default:
      return {
        ...{ type: "queryReservationResponse", reservationDetails: detailsOf(reservation) },
        errorReport: reason === undefined ? [] : [reportOf("PCE_CREATE_FAILED", reason, now)],
      };
  }
}

function detailsOf(reservation: IdcpReservation): ReservationDetails06 {
  const { gri: globalReservationId, description, status, createTime, reserved } = reservation;
  return {
    ...{ globalReservationId, login: "user", description, createTime, status },
    userRequestConstraint: reservation.wanted,
    ...(reserved === undefined ? {} : { reservedConstraint: reserved }),
    optionalConstraint: [],
  };
}

function reportOf(errorCode: string, errorMsg: string, timestamp: number) {
  return { errorCode, errorMsg, errorType: "user", timestamp };
}

function faultOf(code: string, msg: string, now: number): IdcpFault {
  const errorReport = reportOf(code, msg, now);
  return {
    ...{ type: "fault", code: "Receiver", reason: msg },
    detail: { name: "OSCARSFault", msg, errorReport },
  };
}
