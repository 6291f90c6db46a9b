import { err, ok, type Result } from "neverthrow";
import type { StoreConflict } from "../model/errors.ts";
import { invariant } from "../model/invariant.ts";
import type { StoreChange, StoredRecord, StoreTransaction, StoreWrite } from "./store.ts";

/** A transaction that was accepted. */
export interface Accepted {
  readonly revision: number;
  /** A copy of its writes, as they were at the call. */
  readonly writes: () => readonly StoreWrite[];
}

/**
 * A write with its value as text: what is stored is what was there at the call, whatever the caller does with
 * it later; and text takes a fraction of the memory of a copy.
 */
type KeptWrite = KeptPut | Extract<StoreWrite, { readonly type: "delete" }>;

interface KeptPut {
  readonly type: "put";
  readonly key: string;
  readonly text: string;
  readonly lease?: string;
}

/** A record as the last write has left it. */
interface KeptRecord {
  readonly put: KeptPut;
  readonly revision: number;
}

/** The records of a store in memory: what every store that holds them all does alike. */
export class RecordTable {
  readonly #records = new Map<string, KeptRecord>();
  #revision: number;

  /** Begins with `records`, the last of which was written at `revision`. */
  constructor(revision: number = 0, records: readonly StoredRecord[] = []) {
    this.#revision = revision;
    for (const { revision: its, ...record } of records) {
      this.#records.set(record.key, { put: keptPut({ type: "put", ...record }), revision: its });
    }
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
    const kept = writes.map(keptWrite);
    this.#keep(kept);
    return ok({ revision: this.#revision, writes: () => kept.map(writeOf) });
  }

  /** Makes writes under the next revision. */
  apply(writes: readonly StoreWrite[]): void {
    this.#keep(writes.map(keptWrite));
  }

  /** The keys of the records for whose leases `holds`, in order. */
  leased(holds: (lease: string) => boolean): readonly string[] {
    const puts = [...this.#records.values()].map(({ put }) => put);
    return puts
      .filter(({ lease }) => lease !== undefined && holds(lease))
      .map(({ key }) => key)
      .sort();
  }

  /** Copies of all records, ordered by key. */
  list(): readonly StoredRecord[] {
    const records = [...this.#records.values()];
    return records.map(({ put, revision }) => recordOf(writeOf(put), revision)).sort(byKey);
  }

  #keep(writes: readonly KeptWrite[]): void {
    this.#revision++;
    for (const write of writes) {
      if (write.type === "delete") this.#records.delete(write.key);
      else this.#records.set(write.key, { put: write, revision: this.#revision });
    }
  }
}

/** What a transaction has changed, whatever it wrote on the way; the values are those of `writes`. */
export function changeOf(revision: number, writes: readonly StoreWrite[]): StoreChange {
  const last = new Map(writes.map((write) => [write.key, write]));
  const puts = [...last.values()].flatMap((write) =>
    write.type === "put" ? [recordOf(write, revision)] : [],
  );
  const deletes = [...last.values()].filter(({ type }) => type === "delete").map(({ key }) => key);
  return { revision, puts: puts.sort(byKey), deletes: deletes.sort() };
}

/** The same writes with values of their own. */
export function copiesOf(writes: readonly StoreWrite[]): readonly StoreWrite[] {
  return writes.map(keptWrite).map(writeOf);
}

type Put = Extract<StoreWrite, { readonly type: "put" }>;

function keptWrite(write: StoreWrite): KeptWrite {
  return write.type === "delete" ? { type: "delete", key: write.key } : keptPut(write);
}

function keptPut({ key, value, lease }: Put): KeptPut {
  // The type says nothing of what callers without types give: it has no text.
  const text: string | undefined = JSON.stringify(value);
  invariant(text !== undefined, `the value of ${key} is JSON`);
  return { type: "put", key, text, ...(lease !== undefined && { lease }) };
}

function writeOf(kept: KeptPut): Put;
function writeOf(kept: KeptWrite): StoreWrite;
function writeOf(kept: KeptWrite): StoreWrite {
  if (kept.type === "delete") return kept;
  const { text, ...put } = kept;
  return { ...put, value: JSON.parse(text) };
}

function recordOf({ key, value, lease }: Put, revision: number): StoredRecord {
  return lease === undefined ? { key, value, revision } : { key, value, revision, lease };
}

function byKey(a: StoredRecord, b: StoredRecord): number {
  return a.key < b.key ? -1 : 1;
}
