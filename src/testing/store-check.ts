import assert from "node:assert/strict";
import type { ResultAsync } from "neverthrow";
import type { StoreError } from "../model/errors.ts";
import type { JsonValue, Store, StoreLease, StoreTransaction, StoreWrite } from "../store/store.ts";

/** A store without records, and what a check needs beside it. */
export interface StoreSubject {
  readonly store: Store;
  /** The same records as another agent reaches them; the same store where it serves one process. */
  readonly other: Store;
  /** Lets time pass, on the clock that leases are measured by. */
  readonly elapse: (ms: number) => Promise<void>;
}

/** One thing that every store must do. */
export interface StoreCheck {
  /** What a store does, as the rest of a sentence about it. */
  readonly name: string;
  /** Throws where the store does not do it. */
  readonly run: (subject: StoreSubject) => Promise<void>;
}

export function put(key: string, value: JsonValue, lease?: StoreLease): StoreWrite {
  return lease === undefined
    ? { type: "put", key, value }
    : { type: "put", key, value, lease: lease.id };
}

export function remove(key: string): StoreWrite {
  return { type: "delete", key };
}

export function unconditionally(...writes: readonly StoreWrite[]): StoreTransaction {
  return { compare: [], writes };
}

export function write(store: Store, ...writes: readonly StoreWrite[]): Promise<number> {
  return value(store.commit(unconditionally(...writes)));
}

/** What a store holds: values by key. */
export async function contents(store: Store): Promise<Readonly<Record<string, JsonValue>>> {
  const records = await value(store.load());
  return Object.fromEntries(records.map(({ key, value: held }) => [key, held]));
}

/** Waits until something is so, for ten seconds at most. */
export async function eventually(
  elapse: StoreSubject["elapse"],
  holds: () => boolean,
): Promise<void> {
  for (let ms = 0; !holds(); ms += 20) {
    assert(ms < 10_000, "did not come to pass");
    await elapse(20);
  }
}

/** The value of a call that must succeed. */
export async function value<T>(call: ResultAsync<T, StoreError>): Promise<T> {
  const outcome = await call;
  assert(outcome.isOk(), `unexpected error: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

/** The error of a call that must fail. */
export async function failure<T>(call: ResultAsync<T, StoreError>): Promise<StoreError> {
  const outcome = await call;
  assert(outcome.isErr(), `unexpected success: ${JSON.stringify(outcome)}`);
  return outcome.error;
}
