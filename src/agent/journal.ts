import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { StoreError } from "../model/errors.ts";
import { isNew, type NetworkRecord, type Quarantine } from "../network/record.ts";
import {
  quarantineFromJson,
  quarantineToJson,
  recordFromJson,
  recordToJson,
} from "../network/record-json.ts";
import type { Store, StoredRecord, StoreWrite } from "../store/store.ts";

/** One durable change: all of it is written, or none. */
export type JournalEntry =
  | { readonly type: "network"; readonly record: NetworkRecord }
  | { readonly type: "network-gone"; readonly record: NetworkRecord }
  | { readonly type: "quarantine"; readonly quarantine: Quarantine }
  | { readonly type: "quarantine-over"; readonly quarantine: Quarantine };

/** What a store held when it was opened. */
export interface Contents {
  readonly networks: readonly NetworkRecord[];
  readonly quarantines: readonly Quarantine[];
}

/** The agent's records in a store, and the revision of each, so that no other writer is overwritten. */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #revisions = new Map<string, number>();
  /** What is so although it could not be written, by key. */
  readonly #owed = new Map<string, StoreWrite>();
  /** Records of which nobody knows whether they were written. */
  readonly #uncertain = new Set<string>();
  /** There while a commit carries what was owed, or finds out what was written. */
  #paying: Promise<void> | undefined;
  /** The commits that carry nothing but what was asked. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** The last write of each record that has not ended. */
  readonly #lastOf = new Map<string, Promise<void>>();
  #timer: unknown;
  #retryMs = FIRST_RETRY_MS;
  #isClosed = false;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Reads everything; what cannot be read is an error, never skipped. */
  load(): ResultAsync<Contents, StoreError> {
    return this.#store.load().andThen((records) => {
      for (const { key, revision } of records) this.#revisions.set(key, revision);
      return readContents(records).map((contents) => this.#withoutLeftovers(contents));
    });
  }

  /**
   * A project has one network. A new one beside it is one that was undone while the store did not
   * answer: the audits of the switches have seen to what it left, and its record goes too.
   */
  #withoutLeftovers({ networks, quarantines }: Contents): Contents {
    const settled = new Set(
      networks.filter((record) => !isNew(record)).map(({ project }) => project),
    );
    const isLeft = (one: NetworkRecord): boolean => isNew(one) && settled.has(one.project);
    for (const record of networks.filter(isLeft)) {
      this.owe([{ type: "network-gone", record }]);
    }
    return { networks: networks.filter((one) => !isLeft(one)), quarantines };
  }

  /** Writes all entries at once. */
  write(entries: readonly JournalEntry[]): ResultAsync<void, StoreError> {
    return this.#inTurn(entries.map(writeOf), false);
  }

  /**
   * Writes what is so, whether the store takes it or not: if it does not, that is owed. Until it is
   * paid the store speaks of work that is to be undone, or finished, once more.
   */
  settle(entries: readonly JournalEntry[]): ResultAsync<void, StoreError> {
    return this.#inTurn(entries.map(writeOf), true);
  }

  /** Writes of one record follow one another, in the order of asking. */
  #inTurn(asked: readonly StoreWrite[], isSo: boolean): ResultAsync<void, StoreError> {
    const before = asked.flatMap(({ key }) => this.#lastOf.get(key) ?? []);
    const written = Promise.all(before).then(() => this.#commit(asked, isSo));
    const ended = written.then(() => {
      for (const { key } of asked) if (this.#lastOf.get(key) === ended) this.#lastOf.delete(key);
    });
    for (const { key } of asked) this.#lastOf.set(key, ended);
    return new ResultAsync(written);
  }

  async #commit(asked: readonly StoreWrite[], isSo: boolean): Promise<Result<void, StoreError>> {
    // What is owed may be of any network: nobody else writes until it is known what became of it.
    while (this.#paying !== undefined) await this.#paying;
    if (this.#owed.size === 0 && this.#uncertain.size === 0) return this.#send(asked, [], isSo);
    const committed = this.#commitAlone(asked, isSo);
    this.#paying = committed.then(() => {
      this.#paying = undefined;
    });
    return committed;
  }

  /** Writes what is owed as well, when all that is under way has ended. */
  async #commitAlone(
    asked: readonly StoreWrite[],
    isSo: boolean,
  ): Promise<Result<void, StoreError>> {
    await Promise.all(this.#underWay);
    if (this.#uncertain.size > 0) {
      const looked = await this.#lookAgain();
      if (looked.isErr()) return err(this.#failed(asked, isSo ? asked : [], looked.error));
    }
    return this.#send(asked, this.#takeOwed(), isSo);
  }

  #send(
    asked: readonly StoreWrite[],
    owed: readonly StoreWrite[],
    isSo: boolean,
  ): Promise<Result<void, StoreError>> {
    const isAsked = new Set(asked.map(({ key }) => key));
    const writes = [...owed.filter(({ key }) => !isAsked.has(key)), ...asked];
    const compare = writes.map(({ key }) => ({ key, revision: this.#revisions.get(key) ?? 0 }));
    const committed = Promise.resolve(
      this.#store
        .commit({ compare, writes })
        .map((revision) => this.#note(writes, revision))
        .mapErr((error) => this.#failed(writes, isSo ? writes : owed, error)),
    );
    this.#underWay.add(committed);
    return committed.finally(() => this.#underWay.delete(committed));
  }

  /** What is so, and is written together with the next entries, or soon. */
  owe(entries: readonly JournalEntry[]): void {
    for (const write of entries.map(writeOf)) this.#owed.set(write.key, write);
    this.#payLater();
  }

  /** Tries once more to write what is owed; from then on nothing is written unasked. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    if (this.#owed.size > 0) await this.write([]);
  }

  #payLater(): void {
    this.#clock.clearTimeout(this.#timer);
    if (this.#isClosed || this.#owed.size === 0) return;
    this.#timer = this.#clock.setTimeout(() => void this.#pay(), this.#retryMs);
  }

  async #pay(): Promise<void> {
    if (this.#owed.size === 0) return;
    const paid = await this.write([]);
    this.#retryMs = paid.isOk() ? FIRST_RETRY_MS : Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    this.#payLater();
  }

  #takeOwed(): readonly StoreWrite[] {
    const owed = [...this.#owed.values()];
    this.#owed.clear();
    return owed;
  }

  /** A record that somebody else changed is theirs now. */
  #owe(writes: readonly StoreWrite[], error: StoreError): StoreError {
    if (error.type === "store-conflict") return error;
    // What has been owed since then is newer.
    for (const write of writes) {
      if (!this.#owed.has(write.key)) this.#owed.set(write.key, write);
    }
    this.#payLater();
    return error;
  }

  /** Whether a store that did not answer has written is seen when it answers again. */
  #failed(
    writes: readonly StoreWrite[],
    owed: readonly StoreWrite[],
    error: StoreError,
  ): StoreError {
    if (error.type === "store-unavailable") for (const { key } of writes) this.#uncertain.add(key);
    return this.#owe(owed, error);
  }

  /** Nobody else writes these records: what is there now is what we wrote last. */
  #lookAgain(): ResultAsync<unknown, StoreError> {
    return this.#store.load().andTee((records) => {
      const found = new Map(records.map(({ key, revision }) => [key, revision]));
      for (const key of this.#uncertain) {
        const revision = found.get(key);
        if (revision === undefined) this.#revisions.delete(key);
        else this.#revisions.set(key, revision);
      }
      this.#uncertain.clear();
    });
  }

  #note(writes: readonly StoreWrite[], revision: number): void {
    for (const { type, key } of writes) {
      if (type === "put") this.#revisions.set(key, revision);
      else this.#revisions.delete(key);
    }
  }
}

/** How long after a failure what is owed is written again, in milliseconds; then twice as long. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/** What the keys of networks begin with; their numbers follow. */
export const NETWORK = "network/";
/** What the keys of quarantines begin with; their numbers follow. */
export const QUARANTINE = "quarantine/";

/** The write of an entry's own record. */
export function writeOf(entry: JournalEntry): StoreWrite {
  switch (entry.type) {
    case "network":
      return { type: "put", key: networkKey(entry.record), value: recordToJson(entry.record) };
    case "network-gone":
      return { type: "delete", key: networkKey(entry.record) };
    case "quarantine":
      return {
        type: "put",
        key: quarantineKey(entry.quarantine),
        value: quarantineToJson(entry.quarantine),
      };
    case "quarantine-over":
      return { type: "delete", key: quarantineKey(entry.quarantine) };
  }
}

function networkKey(record: NetworkRecord): string {
  return `${NETWORK}${record.number}`;
}

function quarantineKey({ id }: Quarantine): string {
  return `${QUARANTINE}${id}`;
}

function readContents(records: readonly StoredRecord[]): Result<Contents, StoreError> {
  return readAll(records, NETWORK, recordFromJson).andThen((networks) =>
    readAll(records, QUARANTINE, quarantineFromJson).map((quarantines) => ({
      networks,
      quarantines,
    })),
  );
}

function readAll<T>(
  records: readonly StoredRecord[],
  prefix: string,
  read: (value: unknown) => Result<T, string>,
): Result<readonly T[], StoreError> {
  const values: T[] = [];
  for (const { key, value } of records.filter((record) => record.key.startsWith(prefix))) {
    const parsed = read(value);
    if (parsed.isErr()) {
      return err({ type: "store-unavailable", message: `record ${key}: ${parsed.error}` });
    }
    values.push(parsed.value);
  }
  return ok(values);
}
