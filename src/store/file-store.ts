import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../model/clock.ts";
import type { StoreError, StoreUnavailable } from "../model/errors.ts";
import { systemClock } from "../system-clock.ts";
import type { Disk } from "./disk.ts";
import type { FileLock } from "./file-lock.ts";
import { encodeBatch, encodeSnapshot, readJournal } from "./journal.ts";
import { JournalFile } from "./journal-file.ts";
import { Leases } from "./leases.ts";
import { nodeDisk } from "./node-disk.ts";
import { type Accepted, changeOf, RecordTable } from "./record-table.ts";
import type { Store, StoreChange, StoredRecord, StoreLease, StoreTransaction } from "./store.ts";
import { Watchers } from "./watchers.ts";

/** How a {@link FileStore} works. */
export interface FileStoreOptions {
  /**
   * The journal is rewritten when it is both larger than this, in bytes (1 MiB by default), and
   * more than twice as large as when it was last rewritten: each byte is then written twice at most
   * on average.
   */
  readonly rewriteAboveBytes?: number;
  /** What leases are measured by; the clock of this machine when absent. */
  readonly clock?: Clock;
  /** Where files are; the disk of this machine when absent. */
  readonly disk?: Disk;
}

const DEFAULT_REWRITE_ABOVE_BYTES = 1_048_576;

/**
 * Keeps records in memory and in one file, an append-only journal; one process at a time.
 *
 * A commit is acknowledged when it is on the disk. Commits that arrive while the disk is busy are
 * written together. After a failure of the disk the store is unavailable until it is opened anew,
 * for nobody knows what the disk holds.
 */
export class FileStore implements Store {
  readonly #journal: Journal;
  readonly #lock: FileLock;
  readonly #rewriteAboveBytes: number;
  readonly #watchers = new Watchers();
  readonly #leases: Leases;
  /** Accepted, applied to the table, and not yet written. */
  #queue: Accepted[] = [];
  /** The write that was begun last, and the one that waits for it. */
  #running: Promise<Written> = Promise.resolve(ok());
  #next: Promise<Written> | undefined;
  #failure: StoreUnavailable | undefined;
  #closing: Promise<void> | undefined;

  private constructor(journal: Journal, lock: FileLock, options: FileStoreOptions) {
    this.#journal = journal;
    this.#lock = lock;
    this.#rewriteAboveBytes = options.rewriteAboveBytes ?? DEFAULT_REWRITE_ABOVE_BYTES;
    this.#leases = new Leases({
      clock: options.clock ?? systemClock,
      expire: (lease) => this.#expire((one) => one === lease),
    });
  }

  /**
   * Opens the journal at `path`, or begins one. What a crash left unfinished at its end is cut off;
   * a journal with any other damage, or one that another process writes to, is refused. One of an
   * earlier format is rewritten. Whoever held a lease is gone, and what was written under it goes.
   */
  static open(path: string, options: FileStoreOptions = {}): ResultAsync<FileStore, StoreError> {
    const { disk = nodeDisk } = options;
    // One journal has one lock, by whichever name it is opened.
    return attempt(disk.resolve(path)).andThen((real) =>
      attempt(disk.lock(`${real}.lock`))
        .andThen((lock) => lock.mapErr(unavailable))
        .andThen((lock) =>
          openJournal(disk, real)
            .map((journal) => new FileStore(journal, lock, options))
            .andThen((store) => store.#expire(() => true).map(() => store))
            .orElse((error) => attempt(lock.release()).andThen(() => err(error))),
        ),
    );
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#guard(() => {
      const records = this.#journal.table.list();
      return this.#flush().map(() => records);
    });
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    return this.#guard(() => {
      const fault = this.#leases.fault(transaction.writes);
      if (fault !== undefined) return errAsync(fault);
      return this.#journal.table.commit(transaction).asyncAndThen((accepted) => {
        this.#queue.push(accepted);
        return this.#flush().map(() => accepted.revision);
      });
    });
  }

  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError> {
    return this.#guard(() => {
      const { table } = this.#journal;
      const first = { revision: table.revision, puts: table.list(), deletes: [] };
      const watching = this.#watchers.add(listener, first);
      return this.#flush()
        .map(() => watching.start())
        .map(() => watching)
        .orTee(() => watching[Symbol.dispose]());
    });
  }

  lease(ttlMs: number): ResultAsync<StoreLease, StoreError> {
    return this.#guard(() => okAsync(this.#leases.grant(ttlMs)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  #guard<T>(call: () => ResultAsync<T, StoreError>): ResultAsync<T, StoreError> {
    if (this.#closing !== undefined) return errAsync({ type: "closed", what: "the store" });
    return this.#failure === undefined ? call() : errAsync(this.#failure);
  }

  async #release(): Promise<void> {
    this.#leases.close();
    await this.#flush();
    this.#watchers.clear();
    await attempt(this.#journal.file.close());
    await attempt(this.#lock.release());
  }

  /** Succeeds when everything that is queued now has been written. */
  #flush(): ResultAsync<void, StoreUnavailable> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#write();
      return this.#running;
    });
    return new ResultAsync(this.#next);
  }

  /** Writes the whole queue as one line, or everything anew. */
  async #write(): Promise<Written> {
    if (this.#failure !== undefined) return err(this.#failure);
    const batch = this.#queue.map(({ revision, writes }) => ({ revision, writes: writes() }));
    const [first] = batch;
    this.#queue = [];
    if (first === undefined) return ok();
    const transactions = batch.map(({ writes }) => writes);
    const written = this.#mustRewrite()
      ? await this.#rewrite()
      : await this.#append(encodeBatch({ revision: first.revision, transactions }));
    if (written.isErr()) this.#failure = written.error;
    else {
      for (const { revision, writes } of batch) {
        this.#watchers.publish(changeOf(revision, writes));
      }
    }
    return written;
  }

  /** Deletes what was written under leases that are over. */
  #expire(isOver: (lease: string) => boolean): ResultAsync<unknown, StoreError> {
    const keys = this.#journal.table.leased(isOver);
    if (keys.length === 0) return okAsync(undefined);
    return this.commit({ compare: [], writes: keys.map((key) => ({ type: "delete", key })) });
  }

  #mustRewrite(): boolean {
    const { bytes, snapshotBytes } = this.#journal;
    return bytes > Math.max(this.#rewriteAboveBytes, 2 * snapshotBytes);
  }

  #append(line: Uint8Array): ResultAsync<void, StoreUnavailable> {
    this.#journal.bytes += line.length;
    return attempt(this.#journal.file.append(line));
  }

  #rewrite(): ResultAsync<void, StoreUnavailable> {
    const { table, file } = this.#journal;
    const line = encodeSnapshot({ revision: table.revision, records: table.list() });
    this.#journal.bytes = line.length;
    this.#journal.snapshotBytes = line.length;
    return attempt(file.replace(line));
  }
}

type Written = Result<void, StoreUnavailable>;

/** An open journal: what it says, and how long it and its first line are. */
interface Journal {
  readonly file: JournalFile;
  readonly table: RecordTable;
  bytes: number;
  snapshotBytes: number;
}

function openJournal(disk: Disk, path: string): ResultAsync<Journal, StoreUnavailable> {
  return attempt(disk.read(path)).andThen((content) =>
    content === undefined
      ? beginJournal(disk, path, new RecordTable())
      : continueJournal(disk, path, content),
  );
}

function beginJournal(
  disk: Disk,
  path: string,
  table: RecordTable,
): ResultAsync<Journal, StoreUnavailable> {
  const line = encodeSnapshot({ revision: table.revision, records: table.list() });
  return attempt(JournalFile.create(disk, path, line)).map((file) => ({
    file,
    table,
    bytes: line.length,
    snapshotBytes: line.length,
  }));
}

function continueJournal(
  disk: Disk,
  path: string,
  content: Uint8Array,
): ResultAsync<Journal, StoreUnavailable> {
  return readJournal(content)
    .mapErr(({ line, message }) => unavailable(`${path}: line ${line} ${message}`))
    .asyncAndThen(({ table, isEarlier, snapshotBytes, lastFrom, validBytes }) =>
      isEarlier
        ? beginJournal(disk, path, table)
        : attempt(
            JournalFile.open(disk, path, lastFrom, content.subarray(lastFrom, validBytes)),
          ).map((file) => ({
            file,
            table,
            bytes: validBytes,
            snapshotBytes,
          })),
    );
}

/** What the file system rejects becomes a value. */
function attempt<T>(promise: Promise<T>): ResultAsync<T, StoreUnavailable> {
  return ResultAsync.fromPromise(promise, (cause) =>
    unavailable(cause instanceof Error ? cause.message : String(cause)),
  );
}

function unavailable(message: string): StoreUnavailable {
  return { type: "store-unavailable", message };
}
