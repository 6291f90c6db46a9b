import type { Criteria } from "../../drivers/oscars/nsi/criteria.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { NsiMessage, Query } from "../../drivers/oscars/nsi/message.ts";
import type { Operation } from "../../drivers/oscars/nsi/operation.ts";
import type {
  ChildDetails,
  ChildSummary,
  Reservation,
} from "../../drivers/oscars/nsi/reservation.ts";
import type { ConnectionStates } from "../../drivers/oscars/nsi/states.ts";
import { withStates } from "../../drivers/oscars/nsi/transitions.ts";
import { type NsiConnection, namesOf } from "./nsi-connection.ts";
import { childNsa } from "./nsi-faults.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** What a provider has to show: connections, and what was asked of some that is under way. */
export interface Shown {
  readonly nsa: string;
  readonly connections: readonly NsiConnection[];
  readonly underWay: ReadonlyMap<string, Operation>;
  /** The number of what was told last of a connection unasked. */
  readonly lastNotification: (connectionId: string) => number | undefined;
}

/** The answer to a query: connections, and all of what agents below make of them where that is asked for. */
export function answerTo(
  header: NsiHeader,
  query: Query,
  shown: Shown,
  quirks: NsiQuirks,
): NsiMessage {
  const reservation = shownTo(header, query, shown, quirks);
  switch (query.type) {
    case "querySummary":
      return { type: "querySummaryConfirmed", reservation };
    case "querySummarySync":
      return { type: "querySummarySyncConfirmed", reservation };
    case "queryRecursive":
      return { type: "queryRecursiveConfirmed", reservation: reservation.map(inDetail) };
  }
}

/** With what a part says of itself: the same as the whole, of which it is all there is. */
function inDetail(reservation: Reservation<ChildSummary>): Reservation<ChildDetails> {
  const { connectionStates } = reservation;
  const criteria = reservation.criteria.map(({ children = [], ...rest }) => ({
    ...rest,
    children: children.map(({ order, connectionId, providerNSA }) => ({
      ...{ order, connectionId, providerNSA, connectionStates },
      criteria: [{ ...rest, children: [] }],
    })),
  }));
  return { ...reservation, criteria };
}

/** What a query shows to a requester of its connections: of those with such ids, or of all. */
function shownTo(
  { requesterNSA }: NsiHeader,
  {
    connectionId: ids,
    globalReservationId: globals,
  }: Pick<Query, "connectionId" | "globalReservationId">,
  { nsa, connections, underWay, lastNotification }: Shown,
  quirks: NsiQuirks,
): readonly Reservation<ChildSummary>[] {
  const { queries, hidesTerminated, staysHeld, aggregates } = quirks;
  if (queries === "omitted") return [];
  const child = aggregates === true ? childNsa(nsa) : undefined;
  return connections
    .filter((each) => each.requesterNSA === requesterNSA)
    .filter(
      ({ connectionId, globalReservationId }) =>
        ids.length + globals.length === 0 ||
        ids.includes(connectionId) ||
        globals.includes(globalReservationId ?? ""),
    )
    .filter(({ states }) => !hidesTerminated || states.lifecycleState !== "Terminated")
    .map((each) => {
      const isLate = staysHeld && each.states.reservationState === "ReserveTimeout";
      const asked = underWay.get(each.connectionId);
      const during = asked === undefined ? {} : duringOf(each, asked);
      const shown = withStates(each, isLate ? { reservationState: "ReserveHeld" } : during);
      const notificationId = lastNotification(each.connectionId);
      const last = notificationId === undefined ? {} : { notificationId };
      return { ...summaryOf(shown, quirks, child), ...last };
    });
}

/** A connection as a query shows it; with the part that an agent below makes of it, if one does. */
function summaryOf(
  connection: NsiConnection,
  quirks: NsiQuirks,
  child?: string,
): Reservation<ChildSummary> {
  const { connectionId, requesterNSA, states } = connection;
  return {
    connectionId,
    ...namesOf(connection),
    criteria: criteriaShown(connection, quirks).map((criteria) => {
      if (child === undefined) return criteria;
      const part = { order: 0, connectionId: partOf(connectionId), providerNSA: child };
      const { serviceType = "" } = criteria;
      return { ...criteria, children: [{ ...part, serviceType, others: [] }] };
    }),
    requesterNSA,
    connectionStates: states,
  };
}

function criteriaShown(
  { committed, former = [] }: NsiConnection,
  { showsAllVersions, noEndIsEpoch }: NsiQuirks,
): readonly Criteria[] {
  const all = committed === undefined ? [] : [...former, committed];
  const shown = (showsAllVersions === true ? all : all.slice(-1)).map(({ criteria }) => criteria);
  if (noEndIsEpoch !== true) return shown;
  return shown.map((each) => {
    const { startTime, endTime } = each.schedule ?? {};
    const start = startTime === undefined ? {} : { startTime };
    return { ...each, schedule: { ...start, endTime: endTime ?? 0 } };
  });
}

/** The id that an agent below has for its part of a connection. */
export function partOf(connectionId: string): string {
  return `part-of-${connectionId}`;
}

/** The states of a connection while something is under way that was asked for last. */
function duringOf({ states }: NsiConnection, request: Operation): ConnectionStates {
  switch (request) {
    case "reserve":
      return { ...states, reservationState: "ReserveChecking" };
    case "reserveCommit":
      return { ...states, reservationState: "ReserveCommitting" };
    case "reserveAbort":
      return { ...states, reservationState: "ReserveAborting" };
    case "provision":
      return { ...states, provisionState: "Provisioning" };
    case "release":
      return { ...states, provisionState: "Releasing" };
    case "terminate":
      return { ...states, lifecycleState: "Terminating" };
  }
}
