import type { Store, StoreChange, StoreTransaction } from "dcns";

/** What was asked of a store: transactions, and those of which a comparison did not hold. */
export interface StoreCount {
  readonly commits: number;
  readonly conflicts: number;
}

/** A store that counts. */
export class CountedStore implements Store {
  readonly count = { commits: 0, conflicts: 0 };
  readonly #inner: Store;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  load(): ReturnType<Store["load"]> {
    return this.#inner.load();
  }

  commit(transaction: StoreTransaction): ReturnType<Store["commit"]> {
    this.count.commits += 1;
    return this.#inner.commit(transaction).mapErr((error) => {
      if (error.type === "store-conflict") this.count.conflicts += 1;
      return error;
    });
  }

  watch(listener: (change: StoreChange) => void): ReturnType<Store["watch"]> {
    return this.#inner.watch(listener);
  }

  lease(ttlMs: number): ReturnType<Store["lease"]> {
    return this.#inner.lease(ttlMs);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
