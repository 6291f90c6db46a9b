import type { IdcpClient } from "./idcp-client.ts";
import { labelsIn } from "./labels.ts";
import type { CreateReservation06, Message06, ReservationDetails06 } from "./message-06.ts";
import {
  allPages,
  type IdcpRequests,
  type ReservationDemand,
  type ReservationReport,
} from "./requests.ts";

/** The requests of OSCARS 0.6. */
export function requests06(client: IdcpClient<Message06>): IdcpRequests {
  const done = (): void => {};
  return {
    create: (demand, signal) =>
      client
        .ask(
          { type: "createReservation", ...constraintsOf(demand) },
          "createReservationResponse",
          signal,
        )
        .map(({ globalReservationId }) => globalReservationId),
    // A time of 0 stays as it is.
    modify: (globalReservationId, { keepsStart, ...demand }, signal) =>
      client
        .ask(
          {
            ...{ type: "modifyReservation", globalReservationId },
            ...constraintsOf(keepsStart ? { ...demand, startTime: 0 } : demand),
          },
          "modifyReservationResponse",
          signal,
        )
        .map(done),
    cancel: (globalReservationId, signal) =>
      client
        .ask(
          { type: "cancelReservation", globalReservationId },
          "cancelReservationResponse",
          signal,
        )
        .map(done),
    query: (globalReservationId, signal) =>
      client
        .ask({ type: "queryReservation", globalReservationId }, "queryReservationResponse", signal)
        .map(({ reservationDetails, errorReport: [report] }) => ({
          ...reportOf(reservationDetails),
          ...(report === undefined ? {} : { reason: `${report.errorCode}: ${report.errorMsg}` }),
        })),
    list: (description, signal) =>
      allPages((page) =>
        client
          .ask(
            {
              ...{ type: "listReservations", description, ...page },
              ...{ resStatus: [], linkId: [], vlanTag: [] },
            },
            "listReservationsResponse",
            signal,
          )
          .map(({ resDetails }) => resDetails.map(reportOf)),
      ),
    createPath: (globalReservationId, signal) =>
      client
        .ask({ type: "createPath", globalReservationId }, "createPathResponse", signal)
        .map(done),
    teardownPath: (globalReservationId, signal) =>
      client
        .ask({ type: "teardownPath", globalReservationId }, "teardownPathResponse", signal)
        .map(done),
    topology: (signal) =>
      client
        .ask(
          { type: "getNetworkTopology", topologyType: "all" },
          "getNetworkTopologyResponse",
          signal,
        )
        .map(({ topology }) => topology),
  };
}

function constraintsOf({
  description,
  mbps,
  ...rest
}: ReservationDemand): Omit<CreateReservation06, "type"> {
  return {
    description,
    userRequestConstraint: { ...rest, bandwidth: mbps },
    optionalConstraint: [],
  };
}

function reportOf({
  globalReservationId: gri,
  description,
  status,
  userRequestConstraint,
  reservedConstraint,
}: ReservationDetails06): ReservationReport {
  const has = reservedConstraint ?? userRequestConstraint;
  const { bandwidth: mbps, startTime, endTime, pathInfo } = has;
  return { gri, description, status, mbps, startTime, endTime, labels: labelsIn(pathInfo) };
}
