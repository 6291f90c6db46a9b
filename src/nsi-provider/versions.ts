import type { Result } from "neverthrow";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import { confirmations } from "../drivers/oscars/nsi/transitions.ts";
import { type Connection, criteriaOf, neededOf, type Version } from "./connection.ts";
import type { NsiAsked } from "./options.ts";
import { insist, latest, type Work } from "./work.ts";

/** Holds what a version asks for, or says why not. */
export async function reserve(work: Work, connection: Connection, asked: NsiAsked): Promise<void> {
  const { networks, register, clock, holdSeconds } = work;
  const { connectionId, held } = connection;
  if (held === undefined) return;
  const got = await hold(work, connection, held, asked);
  const now = latest(work, connection);
  if (got.isErr()) {
    const { held: _, ...without } = now;
    if (connection.committed !== undefined) {
      const before = connection.committed;
      await insist(work, () => networks.fit(connectionId, before));
    }
    const failed = register.moved(without, { reservationState: "ReserveFailed" });
    return register.finish(
      failed,
      "reservation",
      register.failure(failed, "reserveFailed", got.error),
    );
  }
  const holding: Connection = {
    ...register.moved(now, { reservationState: "ReserveHeld" }),
    held: got.value,
    heldUntil: clock.now() + holdSeconds * 1000,
  };
  const { description, globalReservationId } = connection;
  await register.finish(holding, "reservation", {
    type: "reserveConfirmed",
    connectionId,
    ...(globalReservationId === undefined ? {} : { globalReservationId }),
    ...(description === undefined ? {} : { description }),
    criteria: criteriaOf(got.value),
  });
}

/** A first version is reserved; for another one, what there is grows to what both need. */
function hold(
  work: Work,
  connection: Connection,
  held: Version,
  asked: NsiAsked,
): PromiseLike<Result<Version, Refusal>> {
  const { networks } = work;
  const { connectionId } = connection;
  if (connection.committed === undefined) return networks.hold(connectionId, asked, held);
  return networks.fit(connectionId, neededOf(connection) ?? held).map(() => held);
}

/** Makes the version that is held the one that counts. */
export async function commit(work: Work, connection: Connection): Promise<void> {
  const { networks, register } = work;
  const { connectionId, held, heldUntil: _, ...rest } = connection;
  if (held === undefined) return;
  const fitted =
    connection.committed === undefined ? undefined : await networks.fit(connectionId, held);
  if (fitted?.isErr() === true) {
    // What was committed before counts, and nothing is left to be given up.
    const dropped = await drop(work, connection);
    if (dropped === undefined) return;
    const failed = register.moved(dropped, { reservationState: "ReserveStart" });
    const result = register.failure(failed, "reserveCommitFailed", fitted.error);
    return register.finish(failed, "reservation", result);
  }
  const now = latest(work, connection);
  const committed: Connection = {
    ...rest,
    connectionId,
    states: now.states,
    pending: now.pending,
    committed: held,
  };
  const done = register.moved(committed, { reservationState: "ReserveStart" });
  await register.finish(done, "reservation", { type: confirmations.reserveCommit, connectionId });
}

/** Gives back the version that is held, as it was asked. */
export async function abort(work: Work, connection: Connection): Promise<void> {
  const { register } = work;
  const { connectionId } = connection;
  const dropped = await drop(work, connection);
  if (dropped === undefined) return;
  const done = register.moved(dropped, { reservationState: "ReserveStart" });
  await register.finish(done, "reservation", { type: confirmations.reserveAbort, connectionId });
}

/** What was being reserved when the provider stopped: nobody knows how far that had come. */
export async function forsake(work: Work, connection: Connection): Promise<void> {
  const { register } = work;
  const dropped = await drop(work, connection);
  if (dropped === undefined) return;
  const failed = register.moved(dropped, { reservationState: "ReserveFailed" });
  const refusal = { errorId: "00500", text: "the provider was started anew" };
  const result = register.failure(failed, "reserveFailed", refusal);
  await register.finish(failed, "reservation", result);
}

/** Gives back what is held and was not committed in time. */
export async function expire(work: Work, connection: Connection): Promise<void> {
  const { register, clock, nsa, holdSeconds } = work;
  const { connectionId, heldUntil, states } = connection;
  const isDue = states.reservationState === "ReserveHeld" && (heldUntil ?? 0) <= clock.now();
  if (!isDue) return;
  const dropped = await drop(work, connection);
  if (dropped === undefined) return;
  await register.notify(register.moved(dropped, { reservationState: "ReserveTimeout" }), {
    type: "reserveTimeout",
    connectionId,
    timeoutValue: holdSeconds,
    originatingConnectionId: connectionId,
    originatingNSA: nsa,
  });
}

/** Gives back what is held; undefined when the provider closes before that is done. */
async function drop(work: Work, connection: Connection): Promise<Connection | undefined> {
  const { networks } = work;
  const { connectionId, committed } = connection;
  const isDone = await insist(work, () =>
    committed === undefined
      ? networks.withdraw(connectionId)
      : networks.fit(connectionId, committed),
  );
  if (!isDone) return undefined;
  const { held: _, heldUntil: __, ...rest } = latest(work, connection);
  return rest;
}
