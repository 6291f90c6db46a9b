import type { Criteria } from "../../drivers/oscars/nsi/criteria.ts";
import type { NsiHeader } from "../../drivers/oscars/nsi/header.ts";
import type { Reserve } from "../../drivers/oscars/nsi/message.ts";
import type { ChildSummary, Reservation } from "../../drivers/oscars/nsi/reservation.ts";
import type { ConnectionStates } from "../../drivers/oscars/nsi/states.ts";
import {
  type confirmations,
  initialStates,
  withStates,
} from "../../drivers/oscars/nsi/transitions.ts";
import type { CarriedCircuit } from "./circuit-table.ts";
import type { NsiQuirks } from "./nsi-options.ts";
import type { Holding } from "./nsi-ports.ts";

/** A version of a reservation: what was asked, as granted, and what it takes of the ports. */
export interface Version {
  readonly criteria: Criteria;
  readonly holding: Holding;
}

/** A connection as its provider knows it. */
export interface NsiConnection {
  readonly connectionId: string;
  readonly requesterNSA: string;
  readonly description?: string;
  readonly globalReservationId?: string;
  readonly states: ConnectionStates;
  /** What is held and not committed. */
  readonly held?: Version;
  readonly committed?: Version;
}

/** What it takes of the ports: of two versions, more than either may be needed until one is gone. */
export function holdingsOf({ held, committed, states }: NsiConnection): readonly Holding[] {
  if (states.lifecycleState === "Terminated") return [];
  return [held?.holding, committed?.holding].filter((each) => each !== undefined);
}

/** A connection that has just been asked for. */
export function newConnection(
  base: Pick<
    NsiConnection,
    "connectionId" | "requesterNSA" | "description" | "globalReservationId"
  >,
): NsiConnection {
  return { ...base, states: initialStates };
}

/** What is held has become what is committed. */
function commit({ held, ...connection }: NsiConnection): NsiConnection {
  const committed = held ?? connection.committed;
  return {
    ...withStates(connection, { reservationState: "ReserveStart" }),
    ...(committed === undefined ? {} : { committed }),
  };
}

/** What is held is given back. */
export function drop(
  { held: _, ...connection }: NsiConnection,
  reservationState: ConnectionStates["reservationState"],
): NsiConnection {
  return withStates(connection, { reservationState });
}

/** Whether frames should pass at an instant. */
export function shouldCarry({ committed, states }: NsiConnection, now: number): boolean {
  if (committed === undefined || states.provisionState !== "Provisioned") return false;
  if (states.lifecycleState !== "Created") return false;
  const { startTime, endTime } = committed.criteria.schedule ?? {};
  return (startTime ?? now) <= now && now < (endTime ?? Number.POSITIVE_INFINITY);
}

/** What passes through a connection. */
export function carriedBy({
  connectionId: id,
  committed,
  states,
}: NsiConnection): CarriedCircuit | undefined {
  if (committed === undefined || !states.dataPlaneStatus.active) return undefined;
  const { ends, capacity: mbps } = committed.holding;
  return { id, ends: ends.map(({ port, vlan }) => ({ port, tag: vlan })), mbps };
}

/** What a request that is allowed makes of a connection. */
export function carriedOut(
  connection: NsiConnection,
  request: keyof typeof confirmations,
): NsiConnection {
  switch (request) {
    case "reserveCommit":
      return commit(connection);
    case "reserveAbort":
      return drop(connection, "ReserveStart");
    case "provision":
      return withStates(connection, { provisionState: "Provisioned" });
    case "release":
      return withStates(connection, { provisionState: "Released" });
    case "terminate":
      return withStates(connection, { lifecycleState: "Terminated" });
  }
}

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

/**
 * What a request for a version means: what it does not say is as it was. A provider that wants the
 * service with its capacity alone knows no other place for it, and takes the schedule as it is said.
 */
export function wantedCriteria(
  { criteria }: Reserve,
  { committed }: NsiConnection,
  { modify }: NsiQuirks,
): Reserve["criteria"] {
  const before = committed?.criteria;
  if (before?.p2ps === undefined) return criteria;
  const isLiteral = modify === "service-with-capacity";
  const bare = isLiteral ? undefined : criteria.capacity;
  const unsaid = isLiteral ? 0 : before.p2ps.capacity;
  const capacity = bare ?? criteria.p2ps?.capacity ?? unsaid;
  return {
    ...before,
    version: criteria.version ?? (before.version ?? 0) + 1,
    schedule: { ...(isLiteral ? {} : before.schedule), ...criteria.schedule },
    p2ps: { ...before.p2ps, capacity },
  };
}

/** Criteria with the end that a provider gives to what is asked for without one. */
export function withEnd(criteria: Criteria, { openEndSeconds }: NsiQuirks, now: number): Criteria {
  const { startTime, endTime } = criteria.schedule ?? {};
  if (openEndSeconds === undefined || typeof endTime === "number") return criteria;
  const start = typeof startTime === "number" ? startTime : now;
  const schedule = { ...criteria.schedule, endTime: start + openEndSeconds * 1000 };
  return { ...criteria, schedule };
}

/** What a query shows to a requester of its connections: of those with these ids, or of all. */
export function shownTo(
  { requesterNSA }: NsiHeader,
  ids: readonly string[],
  connections: readonly NsiConnection[],
  { queries, hidesTerminated, staysHeld }: NsiQuirks,
): readonly Reservation<ChildSummary>[] {
  if (queries === "omitted") return [];
  return connections
    .filter((each) => each.requesterNSA === requesterNSA)
    .filter(({ connectionId }) => ids.length === 0 || ids.includes(connectionId))
    .filter(({ states }) => !hidesTerminated || states.lifecycleState !== "Terminated")
    .map((each) => {
      const isLate = staysHeld && each.states.reservationState === "ReserveTimeout";
      return summaryOf(isLate ? withStates(each, { reservationState: "ReserveHeld" }) : each);
    });
}
