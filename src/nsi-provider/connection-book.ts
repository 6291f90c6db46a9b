import { err, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import { Serial } from "../agent/serial.ts";
import type { StoreError } from "../model/errors.ts";
import type { Store } from "../store/store.ts";
import { type Connection, connectionFromJson } from "./connection.ts";

/** The connections of a provider, in memory and in a store. */
export class ConnectionBook {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #connections = new Map<string, Connection>();
  readonly #revisions = new Map<string, number>();
  /** Writes of one connection follow one another. */
  readonly #writes = new Serial<string>();

  private constructor(store: Store, nsa: string) {
    this.#store = store;
    this.#prefix = `nsi/${encodeURIComponent(nsa)}/`;
  }

  /** Reads everything; what cannot be read is an error, never skipped. */
  static load(store: Store, nsa: string): ResultAsync<ConnectionBook, StoreError> {
    const book = new ConnectionBook(store, nsa);
    return store.load().andThen((records) => {
      for (const { key, value, revision } of records) {
        if (!key.startsWith(book.#prefix)) continue;
        const connection = connectionFromJson(value);
        if (connection === undefined) {
          const message = `record ${key} is no connection that this version can read`;
          return err({ type: "store-unavailable" as const, message });
        }
        book.#connections.set(connection.connectionId, connection);
        book.#revisions.set(connection.connectionId, revision);
      }
      return ok(book);
    });
  }

  get(connectionId: string): Connection | undefined {
    return this.#connections.get(connectionId);
  }

  all(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  /** Has it so from now on, and writes it. */
  put(connection: Connection): Promise<Result<void, StoreError>> {
    const { connectionId } = connection;
    this.#connections.set(connectionId, connection);
    return this.#writes.run(connectionId, () => this.#write(connectionId));
  }

  /** Forgets one. */
  remove(connectionId: string): Promise<Result<void, StoreError>> {
    this.#connections.delete(connectionId);
    return this.#writes.run(connectionId, () => this.#write(connectionId));
  }

  /** Resolves when nothing is being written. */
  idle(): Promise<void> {
    return this.#writes.idle();
  }

  /** Brings the store to what is so now, whatever was so when this was asked for. */
  async #write(connectionId: string): Promise<Result<void, StoreError>> {
    const connection = this.#connections.get(connectionId);
    const key = `${this.#prefix}${connectionId}`;
    const revision = this.#revisions.get(connectionId) ?? 0;
    if (connection === undefined && revision === 0) return ok(undefined);
    const write =
      connection === undefined
        ? ({ type: "delete", key } as const)
        : ({ type: "put", key, value: connection } as const);
    const committed = await this.#store
      .commit({ compare: [{ key, revision }], writes: [write] })
      .orElse((error) => this.#afterDoubt(key, connection, error));
    if (committed.isErr()) return err(committed.error);
    if (connection === undefined) this.#revisions.delete(connectionId);
    else this.#revisions.set(connectionId, committed.value);
    return ok(undefined);
  }

  /** A commit of which nobody knows: what stands there is either what was, or what was written. */
  #afterDoubt(
    key: string,
    connection: Connection | undefined,
    error: StoreError,
  ): ResultAsync<number, StoreError> {
    return this.#store.load().andThen((records) => {
      const found = records.find((record) => record.key === key);
      if (connection === undefined)
        return found === undefined ? okAsync(0) : this.#again(key, undefined, found.revision);
      if (error.type === "store-unavailable" || error.type === "store-conflict")
        return this.#again(key, connection, found?.revision ?? 0);
      return err(error);
    });
  }

  #again(
    key: string,
    connection: Connection | undefined,
    revision: number,
  ): ResultAsync<number, StoreError> {
    const write =
      connection === undefined
        ? ({ type: "delete", key } as const)
        : ({ type: "put", key, value: connection } as const);
    return this.#store.commit({ compare: [{ key, revision }], writes: [write] });
  }
}
