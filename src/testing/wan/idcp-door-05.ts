import {
  type FaultDetail,
  type IdcpFault,
  idcp05,
  readIdcp,
  writeIdcp,
} from "../../drivers/oscars/idcp/envelope.ts";
import type { Message05, ReservationDetails05 } from "../../drivers/oscars/idcp/message-05.ts";
import { notifyText } from "./idcp-notify.ts";
import type { IdcpAnswer, IdcpDoor, IdcpOperation, IdcpReservation } from "./idcp-operation.ts";

/** OSCARS 0.5, DRAGON and ION as a server speaks it: faults are texts, and who failed does not say why. */
export const door05: IdcpDoor = {
  namesByParameter: true,
  tell: (subscription, { id, event, reservation }, timestamp) =>
    notifyText(idcp05, subscription, {
      ...{
        type: "event",
        id,
        event,
        timestamp,
        userLogin: "user",
        resDetails: detailsOf(reservation),
      },
    }),
  operationIn(text) {
    const read = readIdcp(idcp05, text);
    if (read.isErr() || read.value.body.type === "fault") return undefined;
    return operationOf(read.value.body);
  },
  say: (operation, answer) => writeIdcp(idcp05, { header: [], body: messageOf(operation, answer) }),
};

function operationOf(message: Message05): IdcpOperation {
  switch (message.type) {
    case "createReservation": {
      const { description, startTime, endTime, bandwidth, pathInfo } = message;
      return { type: "create", description, wanted: { startTime, endTime, bandwidth, pathInfo } };
    }
    case "modifyReservation": {
      const { globalReservationId: gri, startTime, endTime, bandwidth } = message;
      return { type: "modify", gri, wanted: { startTime, endTime, bandwidth } };
    }
    case "queryReservation":
      return { type: "query", gri: message.gri };
    case "cancelReservation":
      return { type: "cancel", gri: message.gri };
    case "createPath":
    case "refreshPath":
    case "teardownPath":
      return { type: message.type, gri: message.globalReservationId };
    case "listReservations": {
      const { description, resRequested = 0, resOffset: from = 0 } = message;
      const count = resRequested === 0 ? Number.POSITIVE_INFINITY : resRequested;
      return { type: "list", description, count, from };
    }
    case "getNetworkTopology":
      return { type: "topology" };
    default:
      return { type: "unknown", name: message.type };
  }
}

function messageOf(operation: IdcpOperation, answer: IdcpAnswer): Message05 | IdcpFault {
  switch (answer.type) {
    case "refused":
      return faultOf(operation, answer.code, answer.message);
    case "list": {
      const resDetails = answer.reservations.map(detailsOf);
      return { type: "listReservationsResponse", resDetails, totalResults: resDetails.length };
    }
    case "topology":
      return { type: "getNetworkTopologyResponse", topology: answer.topology };
    case "reservation":
      return answerAbout(operation, answer.reservation);
  }
}

function answerAbout(operation: IdcpOperation, reservation: IdcpReservation): Message05 {
  const { gri: globalReservationId } = reservation;
  const status = wordFor(reservation.status);
  switch (operation.type) {
    case "create":
      return { type: "createReservationResponse", globalReservationId, status: "ACCEPTED" };
    case "cancel":
      return { type: "cancelReservationResponse", status: "Ok" };
    case "modify":
      return { type: "modifyReservationResponse", reservation: detailsOf(reservation) };
    case "createPath":
    case "refreshPath":
    case "teardownPath":
      return { type: `${operation.type}Response`, globalReservationId, status };
    default:
      return { type: "queryReservationResponse", ...detailsOf(reservation) };
  }
}

function detailsOf({
  gri: globalReservationId,
  description,
  status,
  createTime,
  wanted,
  reserved = wanted,
}: IdcpReservation): ReservationDetails05 {
  return {
    ...{ globalReservationId, login: "user", status: wordFor(status), createTime, description },
    ...reserved,
  };
}

/** What this version calls a status. */
function wordFor(status: string): string {
  return words[status] ?? status;
}

const words: Readonly<Record<string, string>> = {
  RESERVED: "PENDING",
  INPATHCALCULATION: "INCREATE",
  INCANCEL: "PRECANCEL",
};

function faultOf(operation: IdcpOperation, code: string, message: string): IdcpFault {
  const msg = texts[code] ?? message;
  return {
    ...{ type: "fault", code: "Receiver", reason: msg },
    detail: { name: faultNames[code] ?? nameFor(operation), msg },
  };
}

function nameFor({ type }: IdcpOperation): FaultDetail["name"] {
  if (type === "topology") return "TopologyFault";
  return type === "createPath" || type === "teardownPath" ? "SignalFault" : "BSSFault";
}

const faultNames: Readonly<Record<string, FaultDetail["name"]>> = { ACCESS_DENIED: "AAAFault" };
const texts: Readonly<Record<string, string>> = {
  RESERVATION_NOT_FOUND: "No reservations match request",
};
