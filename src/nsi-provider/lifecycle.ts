import type { Result } from "neverthrow";
import type { AgentEvent } from "../agent/agent-event.ts";
import { Serial } from "../agent/serial.ts";
import type { Operation } from "../drivers/oscars/nsi/operation.ts";
import type { StoreError } from "../model/errors.ts";
import type { Asker, Connection } from "./connection.ts";
import { Observer } from "./observer.ts";
import type { NsiAsked } from "./options.ts";
import { provision, release, terminate } from "./provisioning.ts";
import { underWay, withAsker } from "./under-way.ts";
import { abort, commit, expire, forsake, reserve } from "./versions.ts";
import { insist, type Work } from "./work.ts";

const works = { reserveCommit: commit, reserveAbort: abort, provision, release, terminate };

/**
 * Carries connections through their states. A request is written down before it is answered; what is
 * then done for one connection is done in order, and again from its state when the provider starts anew.
 */
export class Lifecycle {
  readonly #work: Work;
  readonly #observer: Observer;
  readonly #serial = new Serial<string>();
  readonly #timers = new Map<string, unknown>();

  constructor(work: Work) {
    this.#work = work;
    this.#observer = new Observer(work);
  }

  /** Writes down that a request is under way. */
  accept(
    connection: Connection,
    operation: Operation,
    asker: Asker,
  ): Promise<Result<void, StoreError>> {
    const { register, book } = this.#work;
    const { states } = underWay[operation];
    return book.put(register.moved(withAsker(connection, operation, asker), states));
  }

  /** Reserves what has been accepted. */
  reserve(connectionId: string, asked: NsiAsked): void {
    this.#do(connectionId, async (connection) => {
      await reserve(this.#work, connection, asked);
      const reserved = this.#work.book.get(connectionId);
      if (reserved?.states.reservationState === "ReserveHeld") this.#expireLater(reserved);
    });
  }

  /** Does what has been accepted. */
  carryOut(connectionId: string, operation: Exclude<Operation, "reserve">): void {
    this.#do(connectionId, (connection) => works[operation](this.#work, connection));
    this.#do(connectionId, (connection) => this.#observer.look(connection));
  }

  /** Something has become of a network. */
  heard(event: AgentEvent): void {
    if (!("project" in event)) return;
    const connectionId = this.#work.networks.connectionIdOf(event.project);
    if (connectionId === undefined) return;
    if (event.type === "schedule-delayed") this.#do(connectionId, (of) => this.#observer.delay(of));
    else this.#do(connectionId, (connection) => this.#observer.look(connection));
  }

  /** Goes on where an earlier provider on the same store stopped, and removes what nobody asked for. */
  resume(): void {
    const { book, networks } = this.#work;
    for (const connection of book.all()) this.#resume(connection);
    for (const id of networks.connectionIds()) {
      if (book.get(id) === undefined)
        void this.#serial.run(id, () => insist(this.#work, () => networks.withdraw(id)));
    }
  }

  /** Resolves when what is under way has ended, or been left to the next start. */
  async close(): Promise<void> {
    await this.#serial.idle();
    for (const timer of this.#timers.values()) this.#work.clock.clearTimeout(timer);
  }

  #resume(connection: Connection): void {
    const { connectionId, states } = connection;
    const { reservationState, provisionState, lifecycleState } = states;
    if (lifecycleState === "Terminated") return;
    if (reservationState === "ReserveChecking")
      this.#do(connectionId, (of) => forsake(this.#work, of));
    if (reservationState === "ReserveHeld") this.#expireLater(connection);
    if (reservationState === "ReserveCommitting") this.carryOut(connectionId, "reserveCommit");
    if (reservationState === "ReserveAborting") this.carryOut(connectionId, "reserveAbort");
    if (provisionState === "Provisioning") this.carryOut(connectionId, "provision");
    if (provisionState === "Releasing") this.carryOut(connectionId, "release");
    if (lifecycleState === "Terminating") this.carryOut(connectionId, "terminate");
    this.#do(connectionId, (of) => this.#observer.look(of));
  }

  #do(connectionId: string, work: (connection: Connection) => Promise<void>): void {
    void this.#serial.run(connectionId, async () => {
      const connection = this.#work.book.get(connectionId);
      if (connection === undefined || this.#work.closing.aborted) return;
      if (connection.states.lifecycleState !== "Terminated") await work(connection);
    });
  }

  #expireLater({ connectionId, heldUntil }: Connection): void {
    const { clock } = this.#work;
    clock.clearTimeout(this.#timers.get(connectionId));
    const timer = clock.setTimeout(
      () => {
        this.#timers.delete(connectionId);
        this.#do(connectionId, (connection) => expire(this.#work, connection));
      },
      Math.max(0, (heldUntil ?? 0) - clock.now()),
    );
    this.#timers.set(connectionId, timer);
  }
}
