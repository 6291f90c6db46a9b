import { errAsync, ResultAsync } from "neverthrow";
import type { StoreError } from "../../src/model/errors.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type {
  Store,
  StoreChange,
  StoredRecord,
  StoreLease,
  StoreTransaction,
} from "../../src/store/store.ts";

/**
 * What one agent sees of a store that outlives it: commits can be counted and made to fail, and an
 * agent that is said to be dead writes nothing more, however it goes on.
 */
export class WatchedStore implements Store {
  readonly #inner: Store;
  readonly #failing = new Set<number>();
  #commits = 0;
  #isDead = false;
  /** Called with every commit before it is made; the number counts from 1. */
  onCommit: (transaction: StoreTransaction, number: number) => void = () => {};
  /** Called with every commit after it was made. */
  onCommitted: (number: number) => void = () => {};

  constructor(inner: Store = new MemoryStore()) {
    this.#inner = inner;
  }

  /** How many commits were asked for. */
  get commits(): number {
    return this.#commits;
  }

  /** Makes the commits that are the `nth` from now fail, counting from 1. */
  fail(...nth: readonly number[]): void {
    for (const n of nth) this.#failing.add(this.#commits + n);
  }

  /** No commit fails from now on. */
  heal(): void {
    this.#failing.clear();
  }

  /** The owner is dead: nothing is read or written any more, and nothing is answered. */
  kill(): void {
    this.#isDead = true;
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#isDead ? unanswered() : this.#inner.load();
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    this.#commits += 1;
    const number = this.#commits;
    this.onCommit(transaction, number);
    if (this.#isDead) return unanswered();
    if (this.#failing.delete(number)) {
      return errAsync({ type: "store-unavailable", message: "the disk is full" });
    }
    return this.#inner.commit(transaction).andThen((revision) => {
      this.onCommitted(number);
      return this.#isDead ? unanswered<number>() : ResultAsync.fromSafePromise(after(revision));
    });
  }

  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError> {
    if (this.#isDead) return unanswered();
    return this.#inner.watch((change) => {
      if (!this.#isDead) listener(change);
    });
  }

  lease(ttlMs: number): ResultAsync<StoreLease, StoreError> {
    return this.#isDead ? unanswered() : this.#inner.lease(ttlMs);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function unanswered<T>(): ResultAsync<T, StoreError> {
  return new ResultAsync(new Promise(() => {}));
}

async function after<T>(value: T): Promise<T> {
  return value;
}
