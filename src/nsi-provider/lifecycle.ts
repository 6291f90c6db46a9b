import type { Result } from "neverthrow";
import type { AgentEvent } from "../agent/agent-event.ts";
import { Serial } from "../agent/serial.ts";
import { pause } from "../drivers/driver-call.ts";
import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { Operation } from "../drivers/oscars/nsi/operation.ts";
import type { ConnectionStates } from "../drivers/oscars/nsi/states.ts";
import { confirmations } from "../drivers/oscars/nsi/transitions.ts";
import type { Clock } from "../model/clock.ts";
import type { StoreError } from "../model/errors.ts";
import { type Connection, criteriaOf, neededOf, type Version } from "./connection.ts";
import type { ConnectionBook } from "./connection-book.ts";
import type { Networks } from "./networks.ts";
import type { NsiAsked } from "./options.ts";
import type { Machine, Register } from "./register.ts";

export interface LifecycleOptions {
  readonly book: ConnectionBook;
  readonly register: Register;
  readonly networks: Networks;
  readonly clock: Clock;
  readonly nsa: string;
  readonly holdSeconds: number;
  /** What a version that was granted before would ask for now. */
  readonly askedBy: (version: Version) => Result<NsiAsked, Refusal>;
  readonly closing: AbortSignal;
}

const RETRY_MS = 10_000;

/** Where a connection is while a request is under way, and whose correlation id is kept. */
const underWay: Readonly<
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
 * Carries connections through their states. A request is written down before it is answered; what is
 * then done for one connection is done in order, and again from its state when the provider starts anew.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #serial = new Serial<string>();
  readonly #timers = new Map<string, unknown>();
  /** The connections of which was told that they cannot be provisioned. */
  readonly #delayed = new Set<string>();

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** Writes down that a request is under way. */
  accept(
    connection: Connection,
    operation: Operation,
    correlationId: string,
  ): Promise<Result<void, StoreError>> {
    const { machine, states } = underWay[operation];
    const pending = { ...connection.pending, [machine]: correlationId };
    const { register, book } = this.#options;
    return book.put({ ...register.moved(connection, states), pending });
  }

  /** Reserves what has been accepted. */
  reserve(connectionId: string, asked: NsiAsked): void {
    this.#do(connectionId, (connection) => this.#reserve(connection, asked));
  }

  /** Does what has been accepted. */
  carryOut(connectionId: string, operation: Exclude<Operation, "reserve">): void {
    const work = {
      reserveCommit: (of: Connection) => this.#commit(of),
      reserveAbort: (of: Connection) => this.#abort(of),
      provision: (of: Connection) => this.#provision(of),
      release: (of: Connection) => this.#release(of),
      terminate: (of: Connection) => this.#terminate(of),
    };
    this.#do(connectionId, work[operation]);
    this.#do(connectionId, (connection) => this.#look(connection));
  }

  /** Something has become of a network. */
  heard(event: AgentEvent): void {
    if (!("project" in event)) return;
    const connectionId = this.#options.networks.connectionIdOf(event.project);
    if (connectionId === undefined) return;
    if (event.type === "schedule-delayed") this.#do(connectionId, (of) => this.#delay(of));
    else this.#do(connectionId, (connection) => this.#look(connection));
  }

  /** Goes on where an earlier provider on the same store stopped, and removes what nobody asked for. */
  resume(): void {
    const { book, networks } = this.#options;
    for (const connection of book.all()) this.#resume(connection);
    for (const id of networks.connectionIds()) {
      if (book.get(id) === undefined)
        void this.#serial.run(id, () => this.#insist(() => networks.withdraw(id)));
    }
  }

  /** Resolves when what is under way has ended, or been left to the next start. */
  async close(): Promise<void> {
    for (const timer of this.#timers.values()) this.#options.clock.clearTimeout(timer);
    await this.#serial.idle();
  }

  #resume(connection: Connection): void {
    const { connectionId, states } = connection;
    const { reservationState, provisionState, lifecycleState } = states;
    if (lifecycleState === "Terminated") return;
    if (reservationState === "ReserveChecking") this.#do(connectionId, (of) => this.#forsake(of));
    if (reservationState === "ReserveHeld") this.#expireLater(connection);
    if (reservationState === "ReserveCommitting") this.carryOut(connectionId, "reserveCommit");
    if (reservationState === "ReserveAborting") this.carryOut(connectionId, "reserveAbort");
    if (provisionState === "Provisioning") this.carryOut(connectionId, "provision");
    if (provisionState === "Releasing") this.carryOut(connectionId, "release");
    if (lifecycleState === "Terminating") this.carryOut(connectionId, "terminate");
    this.#do(connectionId, (of) => this.#look(of));
  }

  #do(connectionId: string, work: (connection: Connection) => Promise<void>): void {
    void this.#serial.run(connectionId, async () => {
      const connection = this.#options.book.get(connectionId);
      if (connection === undefined || this.#options.closing.aborted) return;
      if (connection.states.lifecycleState !== "Terminated") await work(connection);
    });
  }

  async #reserve(connection: Connection, asked: NsiAsked): Promise<void> {
    const { networks, register, clock, holdSeconds } = this.#options;
    const { connectionId, held } = connection;
    if (held === undefined) return;
    const got = await this.#hold(connection, held, asked);
    const now = this.#latest(connection);
    if (got.isErr()) {
      const { held: _, ...without } = now;
      if (connection.committed !== undefined) {
        const before = connection.committed;
        await this.#insist(() => networks.fit(connectionId, before));
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
    this.#expireLater(holding);
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
  #hold(
    connection: Connection,
    held: Version,
    asked: NsiAsked,
  ): PromiseLike<Result<Version, Refusal>> {
    const { networks } = this.#options;
    const { connectionId } = connection;
    if (connection.committed === undefined) return networks.hold(connectionId, asked, held);
    return networks.fit(connectionId, neededOf(connection) ?? held).map(() => held);
  }

  async #commit(connection: Connection): Promise<void> {
    const { networks, register } = this.#options;
    const { connectionId, held, heldUntil: _, ...rest } = connection;
    if (held === undefined) return;
    const fitted =
      connection.committed === undefined ? undefined : await networks.fit(connectionId, held);
    const now = this.#latest(connection);
    if (fitted?.isErr() === true) {
      const failed = register.moved(now, { reservationState: "ReserveFailed" });
      const result = register.failure(failed, "reserveCommitFailed", fitted.error);
      return register.finish(failed, "reservation", result);
    }
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

  async #abort(connection: Connection): Promise<void> {
    const { register } = this.#options;
    const { connectionId } = connection;
    const dropped = await this.#drop(connection);
    if (dropped === undefined) return;
    const done = register.moved(dropped, { reservationState: "ReserveStart" });
    await register.finish(done, "reservation", { type: confirmations.reserveAbort, connectionId });
  }

  /** What was being reserved when the provider stopped: nobody knows how far that had come. */
  async #forsake(connection: Connection): Promise<void> {
    const { register } = this.#options;
    const dropped = await this.#drop(connection);
    if (dropped === undefined) return;
    const failed = register.moved(dropped, { reservationState: "ReserveFailed" });
    const refusal = { errorId: "00500", text: "the provider was started anew" };
    const result = register.failure(failed, "reserveFailed", refusal);
    await register.finish(failed, "reservation", result);
  }

  async #expire(connection: Connection): Promise<void> {
    const { register, clock, nsa, holdSeconds } = this.#options;
    const { connectionId, heldUntil, states } = connection;
    const isDue = states.reservationState === "ReserveHeld" && (heldUntil ?? 0) <= clock.now();
    if (!isDue) return;
    const dropped = await this.#drop(connection);
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
  async #drop(connection: Connection): Promise<Connection | undefined> {
    const { networks } = this.#options;
    const { connectionId, committed } = connection;
    const isDone = await this.#insist(() =>
      committed === undefined
        ? networks.withdraw(connectionId)
        : networks.fit(connectionId, committed),
    );
    if (!isDone) return undefined;
    const { held: _, heldUntil: __, ...rest } = this.#latest(connection);
    return rest;
  }

  async #provision(connection: Connection): Promise<void> {
    const { networks, register } = this.#options;
    const { connectionId } = connection;
    const begun = await networks.begin(connectionId);
    const now = this.#latest(connection);
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
  async #release(connection: Connection): Promise<void> {
    const { networks, register, askedBy } = this.#options;
    const { connectionId } = connection;
    const needed = neededOf(connection);
    if (needed === undefined) return;
    if (!(await this.#insist(() => networks.withdraw(connectionId)))) return;
    await askedBy(needed).asyncAndThen((asked) => networks.hold(connectionId, asked, needed));
    const done = register.moved(this.#latest(connection), { provisionState: "Released" });
    await register.finish(done, "provision", { type: confirmations.release, connectionId });
  }

  async #terminate(connection: Connection): Promise<void> {
    const { networks, register } = this.#options;
    const { connectionId } = connection;
    if (!(await this.#insist(() => networks.withdraw(connectionId)))) return;
    const { held: _, heldUntil: __, ...rest } = this.#latest(connection);
    const { dataPlaneStatus } = rest.states;
    const done = register.moved(rest, {
      lifecycleState: "Terminated",
      provisionState: "Released",
      dataPlaneStatus: { ...dataPlaneStatus, active: false },
    });
    await register.finish(done, "lifecycle", { type: confirmations.terminate, connectionId });
  }

  /** Compares a connection with its network, and tells what has changed. */
  async #look(connection: Connection): Promise<void> {
    const { networks, register, clock, nsa } = this.#options;
    const { connectionId, states, committed, heldUntil } = connection;
    const info = networks.info(connectionId);
    const should = committed !== undefined || heldUntil !== undefined;
    if (info === undefined && should && states.lifecycleState === "Created") {
      const dataPlaneStatus = { ...states.dataPlaneStatus, active: false };
      const isPast = (committed?.endTime ?? Number.POSITIVE_INFINITY) <= clock.now();
      const lifecycleState = isPast ? "PassedEndTime" : "Failed";
      const ended = register.moved(connection, { lifecycleState, dataPlaneStatus });
      if (isPast)
        return register.notify(ended, {
          type: "dataPlaneStateChange",
          connectionId,
          dataPlaneStatus,
        });
      return register.notify(ended, {
        type: "errorEvent",
        connectionId,
        event: "forcedEnd",
        originatingConnectionId: connectionId,
        originatingNSA: nsa,
      });
    }
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

  /** The switches do not provision it; the agent goes on trying, and its peer is told once. */
  async #delay(connection: Connection): Promise<void> {
    const { register, nsa } = this.#options;
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

  #expireLater({ connectionId, heldUntil }: Connection): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timers.get(connectionId));
    const timer = clock.setTimeout(
      () => {
        this.#timers.delete(connectionId);
        this.#do(connectionId, (connection) => this.#expire(connection));
      },
      Math.max(0, (heldUntil ?? 0) - clock.now()),
    );
    this.#timers.set(connectionId, timer);
  }

  /** A connection as it is now: requests may have been accepted since work on it began. */
  #latest(connection: Connection): Connection {
    return this.#options.book.get(connection.connectionId) ?? connection;
  }

  /** Does what must be done until it is; false when the provider closes before. */
  async #insist(task: () => PromiseLike<Result<void, Refusal>>): Promise<boolean> {
    const { clock, closing } = this.#options;
    while (!closing.aborted) {
      const done = await task();
      if (done.isOk()) return true;
      await pause(clock, RETRY_MS, closing);
    }
    return false;
  }
}
