import type { Operation } from "../drivers/oscars/nsi/operation.ts";
import type { ConnectionStates } from "../drivers/oscars/nsi/states.ts";
import type { Machine } from "./register.ts";

/** Where a connection is while a request is under way, and whose correlation id is kept. */
export const underWay: Readonly<
  Record<Operation, { readonly machine: Machine; readonly states: Partial<ConnectionStates> }>
> = {
  reserve: { machine: "reservation", states: { reservationState: "ReserveChecking" } },
  reserveCommit: { machine: "reservation", states: { reservationState: "ReserveCommitting" } },
  reserveAbort: { machine: "reservation", states: { reservationState: "ReserveAborting" } },
  provision: { machine: "provision", states: { provisionState: "Provisioning" } },
  release: { machine: "provision", states: { provisionState: "Releasing" } },
  terminate: { machine: "lifecycle", states: { lifecycleState: "Terminating" } },
};
