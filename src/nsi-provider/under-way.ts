import type { Operation } from "../drivers/oscars/nsi/operation.ts";
import type { ConnectionStates } from "../drivers/oscars/nsi/states.ts";
import type { Asker, Connection } from "./connection.ts";
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

/**
 * A connection of which somebody waits for this. What it tells unasked goes where the last one wants to
 * be told. Who asks for its end while that is under way waits beside who asked before.
 */
export function withAsker(connection: Connection, operation: Operation, asker: Asker): Connection {
  const { pending, alsoTerminating = [] } = connection;
  if (operation === "terminate" && pending.lifecycle !== undefined)
    return { ...connection, alsoTerminating: [...alsoTerminating, asker] };
  const { correlationId, ...where } = asker;
  return {
    ...{ ...connection, ...where },
    pending: { ...pending, [underWay[operation].machine]: correlationId },
  };
}
