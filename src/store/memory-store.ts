import { errAsync, okAsync, ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { Closed, StoreError } from "../model/errors.ts";
import { systemClock } from "../system-clock.ts";
import { Leases } from "./leases.ts";
import { changeOf, RecordTable } from "./record-table.ts";
import type { Store, StoreChange, StoredRecord, StoreLease, StoreTransaction } from "./store.ts";
import { Watchers } from "./watchers.ts";

/** How a {@link MemoryStore} works. */
export interface MemoryStoreOptions {
  /** What leases are measured by; the clock of this machine when absent. */
  readonly clock?: Clock;
}

/** Keeps records for as long as the process lives. */
export class MemoryStore implements Store {
  readonly #table = new RecordTable();
  readonly #watchers = new Watchers();
  readonly #leases: Leases;
  #isClosed = false;

  constructor({ clock = systemClock }: MemoryStoreOptions = {}) {
    this.#leases = new Leases({ clock, expire: (lease) => this.#expire(lease) });
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#isClosed ? errAsync(CLOSED) : okAsync(this.#table.list());
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    if (this.#isClosed) return errAsync(CLOSED);
    const fault = this.#leases.fault(transaction.writes);
    if (fault !== undefined) return errAsync(fault);
    return this.#table.commit(transaction).asyncAndThen((accepted) => {
      const { revision, writes } = accepted;
      if (this.#watchers.areThere) this.#watchers.publish(changeOf(revision, writes()));
      return okAsync(revision);
    });
  }

  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError> {
    if (this.#isClosed) return errAsync(CLOSED);
    const first = { revision: this.#table.revision, puts: this.#table.list(), deletes: [] };
    const watching = this.#watchers.add(listener, first);
    return ResultAsync.fromSafePromise(watching.start()).map(() => watching);
  }

  lease(ttlMs: number): ResultAsync<StoreLease, StoreError> {
    return this.#isClosed ? errAsync(CLOSED) : okAsync(this.#leases.grant(ttlMs));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#leases.close();
    this.#watchers.clear();
  }

  #expire(lease: string): ResultAsync<unknown, StoreError> {
    const keys = this.#table.leased((one) => one === lease);
    if (keys.length === 0) return okAsync(undefined);
    return this.commit({
      compare: [],
      writes: keys.map((key) => ({ type: "delete" as const, key })),
    });
  }
}

const CLOSED: Closed = { type: "closed", what: "the store" };
