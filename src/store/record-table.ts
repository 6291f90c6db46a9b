import { err, ok, type Result } from "neverthrow";
import type { StoreConflict } from "../model/errors.ts";
import type { StoreChange, StoredRecord, StoreTransaction, StoreWrite } from "./store.ts";

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

  /** The keys of the records for whose leases `holds`, in order. */
  leased(holds: (lease: string) => boolean): readonly string[] {
    const records = [...this.#records.values()];
    return records
      .filter(({ lease }) => lease !== undefined && holds(lease))
      .map(({ key }) => key)
      .sort();
  }

  /** Copies of all records, ordered by key. */
  list(): readonly StoredRecord[] {
    return copyJson([...this.#records.values()]).sort(byKey);
  }
}

/** What a transaction has changed, whatever it wrote on the way. */
export function changeOf({ revision, writes }: Accepted): StoreChange {
  const last = new Map(writes.map((write) => [write.key, write]));
  const puts = [...last.values()].flatMap((write) =>
    write.type === "put" ? [recordOf(copyJson(write), revision)] : [],
  );
  const deletes = [...last.values()].filter(({ type }) => type === "delete").map(({ key }) => key);
  return { revision, puts: puts.sort(byKey), deletes: deletes.sort() };
}

function byKey(a: StoredRecord, b: StoredRecord): number {
  return a.key < b.key ? -1 : 1;
}

function recordOf(
  { key, value, lease }: Extract<StoreWrite, { type: "put" }>,
  revision: number,
): StoredRecord {
  return lease === undefined ? { key, value, revision } : { key, value, revision, lease };
}

/** What is stored is what was there at the call, whatever the caller does with it later. */
function copyJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
