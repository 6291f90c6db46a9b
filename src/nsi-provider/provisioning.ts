import { confirmations } from "../drivers/oscars/nsi/transitions.ts";
import { type Connection, neededOf } from "./connection.ts";
import { insist, latest, type Work } from "./work.ts";

/** Lets frames pass, from the start of the connection on. */
export async function provision(work: Work, connection: Connection): Promise<void> {
  const { networks, register } = work;
  const { connectionId } = connection;
  const begun = await networks.begin(connectionId);
  const now = latest(work, connection);
  if (begun.isErr()) {
    const released = register.moved(now, { provisionState: "Released" });
    const result = register.failure(released, "error", begun.error);
    return register.finish(released, "provision", result);
  }
  const done = register.moved(now, { provisionState: "Provisioned" });
  await register.finish(done, "provision", { type: confirmations.provision, connectionId });
}

/**
 * The agent has no way back from a network that has begun to one that is held: it is taken down and
 * reserved anew. If somebody is quicker meanwhile, the connection has ended.
 */
export async function release(work: Work, connection: Connection): Promise<void> {
  const { networks, register, askedBy } = work;
  const { connectionId } = connection;
  const needed = neededOf(connection);
  if (needed === undefined) return;
  // What was not provisioned is as it shall be, and must not be anybody else's in between.
  if (!networks.isHeld(connectionId)) {
    if (!(await insist(work, () => networks.withdraw(connectionId)))) return;
    await askedBy(needed).asyncAndThen((asked) => networks.hold(connectionId, asked, needed));
  }
  const done = register.moved(latest(work, connection), { provisionState: "Released" });
  await register.finish(done, "provision", { type: confirmations.release, connectionId });
}

/** Ends the connection, whatever it takes. */
export async function terminate(work: Work, connection: Connection): Promise<void> {
  const { networks, register } = work;
  const { connectionId } = connection;
  if (!(await insist(work, () => networks.withdraw(connectionId)))) return;
  const { held: _, heldUntil: __, ...rest } = latest(work, connection);
  const { dataPlaneStatus } = rest.states;
  const done = register.moved(rest, {
    lifecycleState: "Terminated",
    provisionState: "Released",
    dataPlaneStatus: { ...dataPlaneStatus, active: false },
  });
  await register.finish(done, "lifecycle", { type: confirmations.terminate, connectionId });
}
