import type { IdcpClient } from "./idcp-client.ts";
import { labelsIn } from "./labels.ts";
import type { Message05, ReservationDetails05 } from "./message-05.ts";
import { allPages, type IdcpRequests, type ReservationReport } from "./requests.ts";

/** The requests of OSCARS 0.5, DRAGON and ION: what is wanted stands in the message itself. */
export function requests05(client: IdcpClient<Message05>): IdcpRequests {
  const done = (): void => {};
  return {
    create: ({ mbps: bandwidth, ...demand }, signal) =>
      client
        .ask(
          { type: "createReservation", ...demand, bandwidth },
          "createReservationResponse",
          signal,
        )
        .map(({ globalReservationId }) => globalReservationId),
    // Times that are 0 would be times: all are said again.
    modify: (globalReservationId, { mbps: bandwidth, keepsStart: _, ...demand }, signal) =>
      client
        .ask(
          { type: "modifyReservation", globalReservationId, ...demand, bandwidth },
          "modifyReservationResponse",
          signal,
        )
        .map(done),
    cancel: (gri, signal) =>
      client.ask({ type: "cancelReservation", gri }, "cancelReservationResponse", signal).map(done),
    query: (gri, signal) =>
      client
        .ask({ type: "queryReservation", gri }, "queryReservationResponse", signal)
        .map(reportOf),
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

function reportOf({
  globalReservationId: gri,
  description,
  status,
  bandwidth: mbps,
  startTime,
  endTime,
  pathInfo,
}: ReservationDetails05): ReservationReport {
  return { gri, description, status, mbps, startTime, endTime, labels: labelsIn(pathInfo) };
}
