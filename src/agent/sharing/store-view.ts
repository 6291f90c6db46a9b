import type { ResultAsync } from "neverthrow";
import type { StoreError } from "../../model/errors.ts";
import { changeOf, copiesOf } from "../../store/record-table.ts";
import type { Store, StoreChange, StoredRecord, StoreTransaction } from "../../store/store.ts";

/**
 * What a shared store holds, as far as has been heard. What this agent commits is known as soon as it
 * is acknowledged, if it has not been heard by then. Listeners are told of each change once.
 */
export class StoreView implements Disposable {
  readonly #store: Store;
  /** By the first word of the key, which ends with a slash, and by the key. */
  readonly #kinds = new Map<string, Map<string, StoredRecord>>();
  /** Keys that we wrote, and when: what is heard of them from before that is old. */
  readonly #written = new Map<string, number>();
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #watch: Disposable | undefined;
  /** Up to where everything has been heard. */
  #heard = 0;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Reads everything, and follows it from then on. */
  static follow(store: Store): ResultAsync<StoreView, StoreError> {
    const view = new StoreView(store);
    return view.#begin().map(() => view);
  }

  /** The record at `key`. */
  get(key: string): StoredRecord | undefined {
    return this.#kinds.get(kindOf(key))?.get(key);
  }

  /** The revision of the record at `key`; 0 when there is none. */
  revision(key: string): number {
    return this.get(key)?.revision ?? 0;
  }

  /** Every record whose key begins with `prefix`, which has a slash, ordered by key. */
  under(prefix: string): readonly StoredRecord[] {
    const kind = this.#kinds.get(kindOf(prefix))?.values() ?? [];
    const found = [...kind].filter(({ key }) => key.startsWith(prefix));
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Commits, and knows what it wrote. */
  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    return this.#store.commit(transaction).map((revision) => {
      // What was heard by then may be later news of the same keys.
      if (revision <= this.#heard) return revision;
      for (const { key } of transaction.writes) {
        const last = this.#written.get(key) ?? 0;
        if (last < revision) this.#written.set(key, revision);
      }
      this.#learn(changeOf(revision, copiesOf(transaction.writes)));
      return revision;
    });
  }

  /** Calls `listener` with every change, until disposed. */
  subscribe(listener: (change: StoreChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Resolves with the next change, or when `signal` is raised. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        subscription[Symbol.dispose]();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const subscription = this.subscribe(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  #begin(): ResultAsync<void, StoreError> {
    return this.#store
      .watch((change) => this.#hear(change))
      .andTee((watch) => {
        this.#watch = watch;
      })
      .map(() => undefined);
  }

  #hear(change: StoreChange): void {
    this.#learn(change);
    this.#heard = change.revision;
    for (const [key, at] of this.#written) if (at <= change.revision) this.#written.delete(key);
  }

  /** Takes what is news in a change, and tells it. */
  #learn({ revision, puts, deletes }: StoreChange): void {
    const isNews = (key: string, at: number): boolean =>
      this.revision(key) < at && (this.#written.get(key) ?? 0) <= at;
    const news = {
      revision,
      puts: puts.filter((record) => isNews(record.key, record.revision)),
      deletes: deletes.filter((key) => this.get(key) !== undefined && isNews(key, revision)),
    };
    for (const record of news.puts) this.#kind(record.key).set(record.key, record);
    for (const key of news.deletes) this.#kind(key).delete(key);
    if (news.puts.length + news.deletes.length === 0) return;
    for (const listener of [...this.#listeners]) listener(news);
  }

  #kind(key: string): Map<string, StoredRecord> {
    const name = kindOf(key);
    const kind = this.#kinds.get(name) ?? new Map<string, StoredRecord>();
    this.#kinds.set(name, kind);
    return kind;
  }
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf("/") + 1);
}
