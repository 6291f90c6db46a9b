import type { OnConnection, Reserve } from "./message.ts";
import type { ChildSummary, Reservation } from "./reservation.ts";
import type { ConnectionStates } from "./states.ts";

/** What a requester can do with a connection. */
export type Operation =
  | "reserve"
  | "reserveCommit"
  | "reserveAbort"
  | "provision"
  | "release"
  | "terminate";

/** The request for each. */
export type OperationRequest =
  | Reserve
  | (OnConnection & { readonly type: Exclude<Operation, "reserve"> });

/** How far an operation has come, as the states of its connection show. */
export type Progress = "done" | "failed" | "pending";

/**
 * What a query says of an operation whose confirmation did not come. A connection that is not listed
 * is gone: some providers hide it from the moment it is terminated, and forget one that failed.
 */
export function progressOf(
  operation: Operation,
  reservation: Reservation<ChildSummary> | undefined,
): Progress {
  if (reservation === undefined) return operation === "terminate" ? "done" : "failed";
  return progress[operation](reservation.connectionStates);
}

/** The three state machines of a connection, read for each operation (GFD.212 §6). */
const progress: Readonly<Record<Operation, (states: ConnectionStates) => Progress>> = {
  reserve: ({ reservationState }) =>
    of(reservationState, ["ReserveHeld"], ["ReserveFailed", "ReserveTimeout"]),
  reserveCommit: ({ reservationState }) =>
    of(reservationState, ["ReserveStart"], ["ReserveFailed", "ReserveTimeout"]),
  reserveAbort: ({ reservationState }) => of(reservationState, ["ReserveStart"], []),
  provision: ({ provisionState, lifecycleState }) =>
    lifecycleState === "Created" ? of(provisionState, ["Provisioned"], []) : "failed",
  release: ({ provisionState }) => of(provisionState, ["Released"], []),
  terminate: ({ lifecycleState }) => of(lifecycleState, ["Terminated"], []),
};

function of<State extends string>(
  state: State,
  done: readonly State[],
  failed: readonly State[],
): Progress {
  if (done.includes(state)) return "done";
  return failed.includes(state) ? "failed" : "pending";
}

/** Whether frames pass by the version that is committed. */
export function isActive({ connectionStates, criteria }: Reservation<ChildSummary>): boolean {
  const { active, version, versionConsistent } = connectionStates.dataPlaneStatus;
  const committed = Math.max(...criteria.map((each) => each.version ?? 0), 0);
  return active && versionConsistent && version >= committed;
}

/** Whether a connection is over, or about to be: no frames will pass by it any more. */
export function hasEnded({ connectionStates }: Reservation<ChildSummary>): boolean {
  return !["Created", "Unknown"].includes(connectionStates.lifecycleState);
}
