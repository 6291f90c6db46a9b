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
  /** The lease without which the record would be gone. */
  readonly lease?: string;
}

/** One change of a {@link StoreTransaction}. */
export type StoreWrite =
  | {
      readonly type: "put";
      readonly key: string;
      readonly value: JsonValue;
      /** The id of a {@link StoreLease}: the record goes when that ends. */
      readonly lease?: string;
    }
  | { readonly type: "delete"; readonly key: string };

/** All writes happen at once if every comparison holds; otherwise none does. */
export interface StoreTransaction {
  /** The record at `key` must have this revision; 0 means that there must be none. */
  readonly compare: readonly { readonly key: string; readonly revision: number }[];
  readonly writes: readonly StoreWrite[];
}

/** What transactions have changed: one of them or several at once, but never a part of one. */
export interface StoreChange {
  /** The revision of the last of these transactions. */
  readonly revision: number;
  /** Records as they were written last, ordered by key. */
  readonly puts: readonly StoredRecord[];
  /** Keys whose records are gone, in order. */
  readonly deletes: readonly string[];
}

/**
 * The right to say that somebody is there: records put under a lease are deleted, in a transaction
 * of the store's own, when it has not been renewed in time.
 */
export interface StoreLease {
  readonly id: string;
  /** How long it lasts after each renewal, in milliseconds. */
  readonly ttlMs: number;
  /** Makes it last from now; `lease-expired` when it is over. */
  renew(): ResultAsync<void, StoreError>;
  /** Ends it now, with every record under it; it may have ended before. */
  revoke(): ResultAsync<void, StoreError>;
}

/**
 * Where reservations survive. Every method gives a `Result`; a comparison that does not hold is the
 * value `store-conflict`, with nothing written.
 */
export interface Store {
  /** Every record, ordered by key. */
  load(): ResultAsync<readonly StoredRecord[], StoreError>;
  /**
   * Writes durably, or not at all; gives the revision of the written records. A `store-unavailable`
   * says that nobody knows yet whether it was written. A put under a lease that is over is
   * `lease-expired`.
   */
  commit(transaction: StoreTransaction): ResultAsync<number, StoreError>;
  /**
   * Tells `listener` everything there is, then every change in the order of revisions, each once,
   * until disposed. What this store commits is told too. The promise is fulfilled after the first
   * call. A listener must not throw.
   */
  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError>;
  /** A new lease for `ttlMs` milliseconds; it lasts as long as that, or a little longer. */
  lease(ttlMs: number): ResultAsync<StoreLease, StoreError>;
  /** Releases what the store holds. Idempotent; later calls give `closed`. */
  close(): Promise<void>;
}
