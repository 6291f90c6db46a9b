import { errAsync, okAsync, type ResultAsync } from "neverthrow";
import type { Closed, StoreError } from "../model/errors.ts";
import { RecordTable } from "./record-table.ts";
import type { Store, StoredRecord, StoreTransaction } from "./store.ts";

/** Keeps records for as long as the process lives. */
export class MemoryStore implements Store {
  readonly #table = new RecordTable();
  #isClosed = false;

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#isClosed ? errAsync(CLOSED) : okAsync(this.#table.list());
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    if (this.#isClosed) return errAsync(CLOSED);
    const committed = this.#table.commit(transaction);
    return committed.asyncAndThen(({ revision }) => okAsync(revision));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

const CLOSED: Closed = { type: "closed", what: "the store" };
