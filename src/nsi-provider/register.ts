import { exceptionOf, type Refusal } from "../drivers/oscars/nsi/answer.ts";
import { writeNsi } from "../drivers/oscars/nsi/envelope.ts";
import { REQUESTER_VERSION } from "../drivers/oscars/nsi/names.ts";
import type { Notification } from "../drivers/oscars/nsi/notification.ts";
import type { OperationResult } from "../drivers/oscars/nsi/result.ts";
import type { ConnectionStates } from "../drivers/oscars/nsi/states.ts";
import { withStates } from "../drivers/oscars/nsi/transitions.ts";
import type { Clock } from "../model/clock.ts";
import { type Asker, askerOf, type Connection, type Told } from "./connection.ts";
import type { ConnectionBook } from "./connection-book.ts";
import type { Outbox } from "./outbox.ts";

/** The three state machines of a connection. */
export type Machine = keyof Connection["pending"];

/** What a notification says beside its number and its time. */
export type News = DistributiveOmit<Notification, "notificationId" | "timeStamp">;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** How much of what a peer was told is kept for it to ask for. */
const KEPT = 100;

export interface RegisterOptions {
  readonly book: ConnectionBook;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly nsa: string;
  readonly uuid: () => string;
}

/** Writes down what becomes of connections, and then tells their peers. */
export class Register {
  readonly #options: RegisterOptions;

  constructor(options: RegisterOptions) {
    this.#options = options;
  }

  /** A connection has come to where a request was to bring it; its peer is told by `result`. */
  async finish(connection: Connection, machine: Machine, result: OperationResult): Promise<void> {
    const { [machine]: correlationId, ...pending } = connection.pending;
    if (correlationId === undefined) return this.#put(connection);
    const { alsoTerminating = [], ...rest } = connection;
    const others = machine === "lifecycle" ? alsoTerminating : [];
    const kept = machine === "lifecycle" ? rest : connection;
    const askers = [askerOf(correlationId, connection), ...others];
    const results = askers.map((asker, index) => ({
      ...{ asker, kind: "result" as const, id: connection.resultId + 1 + index, body: result },
    }));
    await this.#tell({ ...kept, pending, resultId: connection.resultId + askers.length }, results);
  }

  /** A connection has come somewhere, and its peer knows or need not. */
  async note(connection: Connection): Promise<void> {
    await this.#put(connection);
  }

  /** A connection has come somewhere unasked; its peer is told by a notification. */
  async notify(connection: Connection, news: News): Promise<void> {
    const id = connection.notificationId + 1;
    const stamp = { notificationId: id, timeStamp: this.#options.clock.now() };
    const asker = askerOf(`urn:uuid:${this.#options.uuid()}`, connection);
    const body = { ...news, ...stamp };
    await this.#tell({ ...connection, notificationId: id }, [
      { asker, kind: "notification", id, body },
    ]);
  }

  /** That a request failed, and why: by the message that the state machine has for it, if it has one. */
  failure(
    connection: Connection,
    type: "reserveFailed" | "reserveCommitFailed" | "error",
    refusal: Refusal,
  ): OperationResult {
    const { connectionId, states } = connection;
    const serviceException = exceptionOf(this.#options.nsa, refusal, connectionId);
    if (type === "error") return { type, serviceException };
    return { type, connectionId, connectionStates: states, serviceException };
  }

  /** The same with other states, as of now. */
  moved(connection: Connection, states: Partial<ConnectionStates>): Connection {
    return { ...withStates(connection, states), updatedAt: this.#options.clock.now() };
  }

  /** Writes all of it down at once, and posts it. */
  async #tell(connection: Connection, items: readonly Item[]): Promise<void> {
    const { clock, nsa, outbox } = this.#options;
    const { connectionId, requesterNSA } = connection;
    const letters = items.map(({ asker: { correlationId, replyTo }, kind, id, body }) => {
      const text = writeNsi({
        header: {
          ...{ protocolVersion: REQUESTER_VERSION, correlationId },
          ...{ requesterNSA, providerNSA: nsa },
          ...{ sessionSecurityAttr: [], extensions: [] },
        },
        body,
      });
      return { told: { kind, id, at: clock.now(), correlationId, text }, url: replyTo, body };
    });
    const told = letters.map((letter) => letter.told);
    await this.#put({ ...connection, told: [...connection.told, ...told].slice(-KEPT) });
    for (const { told: item, url, body } of letters)
      if (url !== undefined) outbox.post({ connectionId, url, type: body.type, text: item.text });
  }

  /**
   * What cannot be written stands in memory all the same: the next start finds the request under way,
   * and does again what does no harm when it is done twice.
   */
  async #put(connection: Connection): Promise<void> {
    await this.#options.book.put(connection);
  }
}

/** Something that is to be told. */
interface Item {
  readonly asker: Asker;
  readonly kind: Told["kind"];
  readonly id: number;
  readonly body: OperationResult | Notification;
}
