import { parseCircuitKey } from "../circuit.ts";
import {
  type ChangingCircuit,
  type CircuitEvent,
  type CircuitFault,
  circuitFault,
  type FoundCircuit,
} from "../circuit-service.ts";
import { endShown, latestOf } from "./circuit-criteria.ts";
import type { Notification, NotificationSource } from "./notification.ts";
import type { NsiFault } from "./nsi-fault.ts";
import { isActive } from "./operation.ts";
import type { PeerProfile } from "./peer-profile.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";
import { rootCause, type ServiceException } from "./service-exception.ts";
import type { ReservationState } from "./states.ts";

/** The circuit that a reservation is, if it bears our mark and has not ended. */
export function foundCircuit(
  reservation: Reservation<ChildSummary>,
  mark: string,
  { abortsFailed }: Pick<PeerProfile, "abortsFailed">,
): readonly ChangingCircuit[] {
  const { description = "", connectionId, connectionStates, criteria } = reservation;
  if (!description.startsWith(`${mark} `)) return [];
  const key = parseCircuitKey(description.slice(mark.length + 1));
  if (key === undefined || connectionStates.lifecycleState === "Terminated") return [];
  const latest = latestOf(criteria);
  const mbps = latest?.p2ps?.capacity ?? 0;
  const { startTime, endTime } = latest?.schedule ?? {};
  const end = endShown(endTime);
  const times = {
    ...(typeof startTime === "number" ? { start: startTime } : {}),
    ...(end === undefined ? {} : { end }),
  };
  const { reservationState } = connectionStates;
  const isStuck = !abortsFailed && reservationState === "ReserveFailed";
  const isHeld = criteria.length > 0 && UNFINISHED.has(reservationState) && !isStuck;
  return [
    {
      ...{ externalId: connectionId, circuit: { ...key, mbps, ...times } },
      state: stateOf(reservation),
      ...(isHeld ? { changeHeld: "unknown" as const } : {}),
    },
  ];
}

/** There is a version, refused or not, that is to be given up before another can be asked for. */
const UNFINISHED: ReadonlySet<ReservationState> = new Set([
  "ReserveHeld",
  "ReserveFailed",
  "ReserveTimeout",
]);

function stateOf(reservation: Reservation<ChildSummary>): FoundCircuit["state"] {
  const { lifecycleState, provisionState } = reservation.connectionStates;
  if (lifecycleState !== "Created" && lifecycleState !== "Unknown") return "failed";
  if (reservation.criteria.length === 0) return "failed";
  if (provisionState === "Provisioning") return "pending";
  if (provisionState !== "Provisioned") return "reserved";
  return isActive(reservation) ? "active" : "pending";
}

/** What a notification means for a circuit; undefined for what concerns none. What was posted is a reason to look, no more. */
export function eventOf(
  notification: Notification,
  source: NotificationSource,
): CircuitEvent | undefined {
  const event = eventIn(notification);
  if (event === undefined || event.event === "up" || source === "asked") return event;
  return { ...event, event: "changed" };
}

function eventIn(notification: Notification): CircuitEvent | undefined {
  switch (notification.type) {
    case "dataPlaneStateChange": {
      const { connectionId, dataPlaneStatus } = notification;
      if (connectionId === undefined) return undefined;
      return { externalId: connectionId, event: dataPlaneStatus.active ? "up" : "down" };
    }
    case "errorEvent": {
      const externalId = notification.connectionId ?? notification.originatingConnectionId;
      return { externalId, event: notification.event === "forcedEnd" ? "ended" : "down" };
    }
    case "reserveTimeout":
    case "messageDeliveryTimeout":
      return undefined;
  }
}

/**
 * Why frames will not pass by a connection, where a notification says so; `undefined` where one says that they do,
 * or that they may.
 */
export function lossIn(notification: Notification): CircuitFault | undefined {
  if (notification.type !== "errorEvent") return undefined;
  const { event, serviceException: exception } = notification;
  if (event !== "activateFailed" && event !== "forcedEnd") return undefined;
  const id = notification.connectionId ?? notification.originatingConnectionId;
  return circuitFault(
    "rejected",
    `${id}: ${event}${exception === undefined ? "" : sayingOf(exception)}`,
  );
}

function sayingOf(exception: ServiceException): string {
  const { nsaId, errorId, text } = rootCause(exception);
  return `, ${nsaId} says ${errorId}: ${text}`;
}

/** Why an operation failed, in the words of circuits. */
export function faultOf(fault: NsiFault): CircuitFault {
  if (fault.type === "nsi-unknown") return circuitFault("unreachable", fault.message);
  if (fault.type === "nsi-protocol") return circuitFault("rejected", fault.message);
  const kinds = { unavailable: "unavailable", retry: "unreachable" } as const;
  const kind =
    fault.class === "unavailable" || fault.class === "retry" ? kinds[fault.class] : "rejected";
  return circuitFault(kind, fault.message);
}
