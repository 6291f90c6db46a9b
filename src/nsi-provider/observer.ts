import type { Connection } from "./connection.ts";
import type { Work } from "./work.ts";

/** Compares connections with the agent's networks, and tells peers what has become of them unasked. */
export class Observer {
  readonly #work: Work;
  /** The connections of which was told that they cannot be provisioned. */
  readonly #delayed = new Set<string>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** Compares a connection with its network, and tells what has changed. */
  async look(connection: Connection): Promise<void> {
    const { networks, register } = this.#work;
    const { connectionId, states, committed, heldUntil } = connection;
    const info = networks.info(connectionId);
    const should = committed !== undefined || heldUntil !== undefined;
    if (info === undefined && should && states.lifecycleState === "Created")
      return this.#end(connection);
    const active = info?.state === "active" || info?.state === "modifying";
    const version = committed?.version ?? 0;
    const before = states.dataPlaneStatus;
    if (before.active === active && (!active || before.version === version)) return;
    if (active) this.#delayed.delete(connectionId);
    const dataPlaneStatus = { active, version, versionConsistent: true };
    await register.notify(register.moved(connection, { dataPlaneStatus }), {
      type: "dataPlaneStateChange",
      connectionId,
      dataPlaneStatus,
    });
  }

  /** Its network is gone: at its end, or because somebody has taken it down. */
  async #end(connection: Connection): Promise<void> {
    const { register, clock, nsa } = this.#work;
    const { connectionId, states, committed } = connection;
    const dataPlaneStatus = { ...states.dataPlaneStatus, active: false };
    const isPast = (committed?.endTime ?? Number.POSITIVE_INFINITY) <= clock.now();
    const lifecycleState = isPast ? "PassedEndTime" : "Failed";
    const ended = register.moved(connection, { lifecycleState, dataPlaneStatus });
    if (!isPast)
      return register.notify(ended, {
        type: "errorEvent",
        connectionId,
        event: "forcedEnd",
        originatingConnectionId: connectionId,
        originatingNSA: nsa,
      });
    // That frames pass no more has mostly been told when the network began to be taken down.
    if (!states.dataPlaneStatus.active) return register.note(ended);
    return register.notify(ended, { type: "dataPlaneStateChange", connectionId, dataPlaneStatus });
  }

  /** The switches do not provision it; the agent goes on trying, and its peer is told once. */
  async delay(connection: Connection): Promise<void> {
    const { register, nsa } = this.#work;
    const { connectionId } = connection;
    if (this.#delayed.has(connectionId)) return;
    this.#delayed.add(connectionId);
    await register.notify(connection, {
      type: "errorEvent",
      connectionId,
      event: "activateFailed",
      originatingConnectionId: connectionId,
      originatingNSA: nsa,
    });
  }
}
