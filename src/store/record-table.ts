import { err, ok, type Result } from "neverthrow";
import type { StoreConflict } from "../model/errors.ts";
import type { StoredRecord, StoreTransaction, StoreWrite } from "./store.ts";

/** A transaction that was accepted: its revision, and a copy of its writes. */
export interface Accepted {
  readonly revision: number;
  readonly writes: readonly StoreWrite[];
}

/** The records of a store in memory: what every store that holds them all does alike. */
export class RecordTable {
  readonly #records: Map<string, StoredRecord>;
  #revision: number;

  /** Begins with `records`, the last of which was written at `revision`. */
  constructor(revision: number = 0, records: readonly StoredRecord[] = []) {
    this.#revision = revision;
    this.#records = new Map(records.map((record) => [record.key, record]));
  }

  /** The revision of the last transaction; 0 if there was none. */
  get revision(): number {
    return this.#revision;
  }

  /** Makes all writes under the next revision if every comparison holds; otherwise none. */
  commit({ compare, writes }: StoreTransaction): Result<Accepted, StoreConflict> {
    const failed = compare.find(
      ({ key, revision }) => (this.#records.get(key)?.revision ?? 0) !== revision,
    );
    if (failed !== undefined) return err({ type: "store-conflict", key: failed.key });
    const copies = copyJson(writes);
    this.apply(copies);
    return ok({ revision: this.#revision, writes: copies });
  }

  /** Makes writes under the next revision. */
  apply(writes: readonly StoreWrite[]): void {
    this.#revision++;
    for (const write of writes) {
      if (write.type === "delete") this.#records.delete(write.key);
      else this.#records.set(write.key, recordOf(write, this.#revision));
    }
  }

  /** Copies of all records, ordered by key. */
  list(): readonly StoredRecord[] {
    return copyJson([...this.#records.values()]).sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

function recordOf(
  { key, value }: Extract<StoreWrite, { type: "put" }>,
  revision: number,
): StoredRecord {
  return { key, value, revision };
}

/** What is stored is what was there at the call, whatever the caller does with it later. */
function copyJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
