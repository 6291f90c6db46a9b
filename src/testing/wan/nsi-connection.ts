import type { Criteria } from "../../drivers/oscars/nsi/criteria.ts";
import type { Reserve } from "../../drivers/oscars/nsi/message.ts";
import type { ConnectionStates } from "../../drivers/oscars/nsi/states.ts";
import {
  type confirmations,
  initialStates,
  withStates,
} from "../../drivers/oscars/nsi/transitions.ts";
import type { Interval } from "../../model/interval.ts";
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
  /** What was committed before that, the oldest first. */
  readonly former?: readonly Version[];
}

/** What it takes of the ports: of two versions, more than either may be needed until one is gone. */
export function holdingsOf({ held, committed, states }: NsiConnection): readonly Holding[] {
  if (states.lifecycleState === "Terminated") return [];
  return [held?.holding, committed?.holding].filter((each) => each !== undefined);
}

/** What its requester calls a connection. */
export type ConnectionNames = Pick<NsiConnection, "description" | "globalReservationId">;

export function namesOf({ description, globalReservationId }: ConnectionNames): ConnectionNames {
  return {
    ...(description === undefined ? {} : { description }),
    ...(globalReservationId === undefined ? {} : { globalReservationId }),
  };
}

/** A connection that has just been asked for. */
export function newConnection(
  base: Pick<NsiConnection, "connectionId" | "requesterNSA"> & ConnectionNames,
  { startsInconsistent }: NsiQuirks,
): NsiConnection {
  const versionConsistent = startsInconsistent !== true;
  const dataPlaneStatus = { ...initialStates.dataPlaneStatus, versionConsistent };
  return { ...base, states: { ...initialStates, dataPlaneStatus } };
}

/** What is held has become what is committed. */
function commit({ held, ...connection }: NsiConnection): NsiConnection {
  const { committed: before, former = [] } = connection;
  const committed = held ?? before;
  return {
    ...withStates(connection, { reservationState: "ReserveStart" }),
    ...(committed === undefined ? {} : { committed }),
    former: held === undefined || before === undefined ? former : [...former, before],
  };
}

/** What is held is given back. */
export function drop(
  { held: _, ...connection }: NsiConnection,
  reservationState: ConnectionStates["reservationState"],
): NsiConnection {
  return withStates(connection, { reservationState });
}

/** When criteria mean that something is had; what should have begun begins now. */
export function intervalOf({ schedule }: Criteria, now: number): Interval {
  const { startTime, endTime } = schedule ?? {};
  return { start: startTime ?? now, end: endTime ?? Number.POSITIVE_INFINITY };
}

/** Whether frames should pass at an instant. */
export function shouldCarry({ committed, states }: NsiConnection, now: number): boolean {
  if (committed === undefined || states.provisionState !== "Provisioned") return false;
  if (states.lifecycleState !== "Created") return false;
  const { startTime, endTime } = committed.criteria.schedule ?? {};
  return (startTime ?? now) <= now && now < (endTime ?? Number.POSITIVE_INFINITY);
}

/** The same connection, which has passed its end if that was before now. */
export function ended(
  connection: NsiConnection,
  now: number,
  { staysCreated }: NsiQuirks,
): NsiConnection {
  const { endTime } = connection.committed?.criteria.schedule ?? {};
  const isOver = typeof endTime === "number" && endTime <= now;
  return isOver && staysCreated !== true && connection.states.lifecycleState === "Created"
    ? withStates(connection, { lifecycleState: "PassedEndTime" })
    : connection;
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

/** Criteria with the start and end that a provider gives to what is asked for without. */
export function withTimes(
  criteria: Criteria,
  { openStartSeconds, openEndSeconds }: NsiQuirks,
  now: number,
): Criteria {
  const { startTime, endTime } = criteria.schedule ?? {};
  const begins =
    openStartSeconds === undefined ? {} : { startTime: startTime ?? now + openStartSeconds * 1000 };
  const start = begins.startTime ?? startTime ?? now;
  const ends =
    openEndSeconds === undefined ? {} : { endTime: endTime ?? start + openEndSeconds * 1000 };
  return { ...criteria, schedule: { ...criteria.schedule, ...begins, ...ends } };
}

/** Criteria that say more than was asked, or less: a route and parameters, or no version. */
export function withMore(
  criteria: Criteria,
  connectionId: string,
  { saysMore, countsVersions = true }: NsiQuirks,
): Criteria {
  const numbered = countsVersions ? criteria : { ...criteria, version: 0 };
  const { p2ps } = numbered;
  if (saysMore !== true || p2ps === undefined) return numbered;
  const ero = [p2ps.sourceSTP ?? "", p2ps.destSTP ?? ""].map((stp, order) => ({ order, stp }));
  const parameter = [
    { type: "oscarsId", value: connectionId },
    { type: "policing", value: "strict" },
  ];
  return { ...numbered, p2ps: { ...p2ps, symmetricPath: true, ero, parameter } };
}
