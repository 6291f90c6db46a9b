import type { Operation } from "./operation.ts";
import type { ConnectionStates } from "./states.ts";

/** What a provider looks at to know whether a request makes sense. */
export interface Situation {
  readonly states: ConnectionStates;
  /** There from the first commit on. */
  readonly committed?: unknown;
}

/** The states of a connection that has just been asked for. */
export const initialStates: ConnectionStates = {
  reservationState: "ReserveStart",
  provisionState: "Released",
  lifecycleState: "Created",
  dataPlaneStatus: { active: false, version: 0, versionConsistent: true },
};

/** Where the state machines must be for a request (GFD.212 §6). */
const allowed: Readonly<Record<Operation, (at: Situation) => boolean>> = {
  reserve: ({ states }) => states.reservationState === "ReserveStart",
  reserveCommit: ({ states }) => states.reservationState === "ReserveHeld",
  reserveAbort: ({ states }) =>
    ["ReserveHeld", "ReserveFailed", "ReserveTimeout"].includes(states.reservationState),
  provision: ({ committed, states }) =>
    committed !== undefined && states.lifecycleState === "Created",
  release: ({ committed, states }) =>
    committed !== undefined && states.lifecycleState === "Created",
  terminate: () => true,
};

/** Whether a request makes sense now. */
export function allows(at: Situation, operation: Operation): boolean {
  return allowed[operation](at);
}

/** How each request but a reservation is confirmed. */
export const confirmations = {
  reserveCommit: "reserveCommitConfirmed",
  reserveAbort: "reserveAbortConfirmed",
  provision: "provisionConfirmed",
  release: "releaseConfirmed",
  terminate: "terminateConfirmed",
} as const;

/** The same connection with some of its states changed. */
export function withStates<C extends Pick<Situation, "states">>(
  connection: C,
  states: Partial<ConnectionStates>,
): C {
  return { ...connection, states: { ...connection.states, ...states } };
}
