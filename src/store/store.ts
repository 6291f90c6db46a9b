import type { ResultAsync } from "neverthrow";
import type { StoreError } from "../model/errors.ts";

/** What can be stored: JSON, and nothing else. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One record: its value, and the revision at which it was last written. */
export interface StoredRecord {
  readonly key: string;
  readonly value: JsonValue;
  readonly revision: number;
}

/** One change of a {@link StoreTransaction}. */
export type StoreWrite =
  | { readonly type: "put"; readonly key: string; readonly value: JsonValue }
  | { readonly type: "delete"; readonly key: string };

/** All writes happen at once if every comparison holds; otherwise none does. */
export interface StoreTransaction {
  /** The record at `key` must have this revision; 0 means that there must be none. */
  readonly compare: readonly { readonly key: string; readonly revision: number }[];
  readonly writes: readonly StoreWrite[];
}

/**
 * Where reservations survive. Every method gives a `Result`; a comparison that does not hold is the
 * value `store-conflict`, with nothing written.
 */
export interface Store {
  /** Every record, ordered by key. */
  load(): ResultAsync<readonly StoredRecord[], StoreError>;
  /** Writes durably, or not at all; gives the revision of the written records. */
  commit(transaction: StoreTransaction): ResultAsync<number, StoreError>;
  /** Releases what the store holds. Idempotent; later calls give `closed`. */
  close(): Promise<void>;
}
