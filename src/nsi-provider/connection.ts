import * as v from "valibot";
import type { Criteria } from "../drivers/oscars/nsi/criteria.ts";
import { ETHERNET_SERVICE } from "../drivers/oscars/nsi/names.ts";
import type { ChildSummary, Reservation } from "../drivers/oscars/nsi/reservation.ts";
import type { ConnectionStates, DataPlaneStatus } from "../drivers/oscars/nsi/states.ts";

/** An interface as the plain object that a store takes. */
type Plain<T> = { readonly [K in keyof T]: T[K] };

/** A version of a reservation, capacity in Mbit/s; its STPs have the labels that were granted. */
export type Version = {
  readonly version: number;
  readonly capacity: number;
  readonly source: string;
  readonly dest: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly serviceType?: string;
};

/** Something that the peer was told, as it was written. */
export type Told = {
  readonly kind: "result" | "notification";
  readonly id: number;
  readonly at: number;
  readonly correlationId: string;
  readonly text: string;
};

/** A request that is to be told what became of it, and where. */
export type Asker = {
  readonly correlationId: string;
  readonly replyTo?: string;
};

/** Who asks under this correlation id, and is told there where its peer wants to be told. */
export function askerOf(
  correlationId: string,
  { replyTo }: { readonly replyTo?: string | undefined },
): Asker {
  return { correlationId, ...(replyTo === undefined ? {} : { replyTo }) };
}

/** A connection as its provider keeps it. Times in milliseconds since the epoch. */
export type Connection = {
  readonly format: 1;
  readonly connectionId: string;
  readonly requesterNSA: string;
  readonly clientSubject?: string;
  readonly replyTo?: string;
  readonly description?: string;
  readonly globalReservationId?: string;
  readonly states: Plain<Omit<ConnectionStates, "dataPlaneStatus">> & {
    readonly dataPlaneStatus: Plain<DataPlaneStatus>;
  };
  /** A version that is asked for: reserved, and not yet committed, once `heldUntil` is there. */
  readonly held?: Version;
  readonly heldUntil?: number;
  readonly committed?: Version;
  /** The correlation ids of what is under way, for each state machine. */
  readonly pending: {
    readonly reservation?: string;
    readonly provision?: string;
    readonly lifecycle?: string;
  };
  /** Who asked for its end once more while that was under way. */
  readonly alsoTerminating?: readonly Asker[];
  readonly notificationId: number;
  readonly resultId: number;
  /** Oldest first. */
  readonly told: readonly Told[];
  readonly updatedAt: number;
};

const instant: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.integer());

const version: v.GenericSchema<unknown, Version> = v.object({
  version: v.pipe(v.number(), v.integer()),
  capacity: v.pipe(v.number(), v.integer(), v.minValue(1)),
  source: v.string(),
  dest: v.string(),
  startTime: v.exactOptional(instant),
  endTime: v.exactOptional(instant),
  serviceType: v.exactOptional(v.string()),
});

const connectionSchema: v.GenericSchema<unknown, Connection> = v.object({
  format: v.literal(1),
  connectionId: v.string(),
  requesterNSA: v.string(),
  clientSubject: v.exactOptional(v.string()),
  replyTo: v.exactOptional(v.string()),
  description: v.exactOptional(v.string()),
  globalReservationId: v.exactOptional(v.string()),
  states: v.object({
    reservationState: v.picklist([
      "ReserveStart",
      "ReserveChecking",
      "ReserveHeld",
      "ReserveCommitting",
      "ReserveFailed",
      "ReserveTimeout",
      "ReserveAborting",
    ]),
    provisionState: v.picklist(["Released", "Provisioning", "Provisioned", "Releasing"]),
    lifecycleState: v.picklist(["Created", "Failed", "PassedEndTime", "Terminating", "Terminated"]),
    dataPlaneStatus: v.object({
      active: v.boolean(),
      version: v.number(),
      versionConsistent: v.boolean(),
    }),
  }),
  held: v.exactOptional(version),
  heldUntil: v.exactOptional(instant),
  committed: v.exactOptional(version),
  pending: v.object({
    reservation: v.exactOptional(v.string()),
    provision: v.exactOptional(v.string()),
    lifecycle: v.exactOptional(v.string()),
  }),
  alsoTerminating: v.exactOptional(
    v.array(v.object({ correlationId: v.string(), replyTo: v.exactOptional(v.string()) })),
  ),
  notificationId: v.pipe(v.number(), v.integer()),
  resultId: v.pipe(v.number(), v.integer()),
  told: v.array(
    v.object({
      kind: v.picklist(["result", "notification"]),
      id: v.pipe(v.number(), v.integer()),
      at: instant,
      correlationId: v.string(),
      text: v.string(),
    }),
  ),
  updatedAt: instant,
});

/** Reads what a store has; undefined if that is no connection of this format. */
export function connectionFromJson(value: unknown): Connection | undefined {
  const read = v.safeParse(connectionSchema, value);
  return read.success ? read.output : undefined;
}

/** What the agent has to keep for a connection: enough for the version held and the one committed. */
export function neededOf({ held, committed }: Connection): Version | undefined {
  if (held === undefined || committed === undefined) return held ?? committed;
  const { endTime: _, ...latest } = held;
  const ends = [held.endTime, committed.endTime].filter((each) => each !== undefined);
  return {
    ...latest,
    capacity: Math.max(held.capacity, committed.capacity),
    ...(ends.length < 2 ? {} : { endTime: Math.max(...ends) }),
  };
}

/** A version as messages say it. */
export function criteriaOf(of: Version): Criteria {
  const { startTime, endTime } = of;
  const lists = { parameter: [], inclusion: [], exclusion: [], others: [] };
  return {
    version: of.version,
    schedule: {
      ...(startTime === undefined ? {} : { startTime }),
      ...(endTime === undefined ? {} : { endTime }),
    },
    serviceType: of.serviceType ?? ETHERNET_SERVICE,
    p2ps: {
      capacity: of.capacity,
      directionality: "Bidirectional",
      sourceSTP: of.source,
      destSTP: of.dest,
      ...lists,
    },
    parameter: [],
    others: [],
  };
}

/** A connection as a query shows it. We are the last agent of the chain: it has no children. */
export function reservationOf(connection: Connection): Reservation<ChildSummary> {
  const { connectionId, description, globalReservationId, committed } = connection;
  const { notificationId, resultId, requesterNSA, states } = connection;
  return {
    connectionId,
    ...(globalReservationId === undefined ? {} : { globalReservationId }),
    ...(description === undefined ? {} : { description }),
    criteria: committed === undefined ? [] : [criteriaOf(committed)],
    requesterNSA,
    connectionStates: states,
    ...(notificationId === 0 ? {} : { notificationId }),
    ...(resultId === 0 ? {} : { resultId }),
  };
}
