import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { Query } from "../../drivers/oscars/nsi/message.ts";
import type { Operation } from "../../drivers/oscars/nsi/operation.ts";
import type { ChildSummary, Reservation } from "../../drivers/oscars/nsi/reservation.ts";
import type { ConnectionStates } from "../../drivers/oscars/nsi/states.ts";
import { withStates } from "../../drivers/oscars/nsi/transitions.ts";
import type { NsiConnection } from "./nsi-connection.ts";
import { childNsa } from "./nsi-faults.ts";
import type { NsiQuirks } from "./nsi-options.ts";

/** What a provider has to show: connections, and what was asked of some that is under way. */
export interface Shown {
  readonly nsa: string;
  readonly connections: readonly NsiConnection[];
  readonly underWay: ReadonlyMap<string, Operation>;
}

/** What a query shows to a requester of its connections: of those with such ids, or of all. */
export function shownTo(
  { requesterNSA }: NsiHeader,
  {
    connectionId: ids,
    globalReservationId: globals,
  }: Pick<Query, "connectionId" | "globalReservationId">,
  { nsa, connections, underWay }: Shown,
  { queries, hidesTerminated, staysHeld, aggregates }: NsiQuirks,
): readonly Reservation<ChildSummary>[] {
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
      return summaryOf(
        withStates(each, isLate ? { reservationState: "ReserveHeld" } : during),
        child,
      );
    });
}

/** A connection as a query shows it; with the part that an agent below makes of it, if one does. */
function summaryOf(connection: NsiConnection, child?: string): Reservation<ChildSummary> {
  const { connectionId, description, globalReservationId, requesterNSA, states } = connection;
  const { criteria } = connection.committed ?? {};
  const part = { order: 0, connectionId: partOf(connectionId), providerNSA: child ?? "" };
  const children = [{ ...part, serviceType: criteria?.serviceType ?? "", others: [] }];
  return {
    connectionId,
    ...(description === undefined ? {} : { description }),
    ...(globalReservationId === undefined ? {} : { globalReservationId }),
    criteria:
      criteria === undefined ? [] : [child === undefined ? criteria : { ...criteria, children }],
    requesterNSA,
    connectionStates: states,
  };
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
