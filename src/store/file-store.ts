import { readFile } from "node:fs/promises";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import type { StoreError, StoreUnavailable } from "../model/errors.ts";
import { acquireLock, type FileLock } from "./file-lock.ts";
import { encodeBatch, encodeSnapshot, readJournal } from "./journal.ts";
import { JournalFile } from "./journal-file.ts";
import { type Accepted, RecordTable } from "./record-table.ts";
import type { Store, StoredRecord, StoreTransaction } from "./store.ts";
import { hasCode } from "./system-error.ts";

/** How a {@link FileStore} works. */
export interface FileStoreOptions {
  /**
   * The journal is rewritten when it is both larger than this, in bytes (1 MiB by default), and
   * more than twice as large as when it was last rewritten: each byte is then written twice at most
   * on average.
   */
  readonly rewriteAboveBytes?: number;
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
  }

  /**
   * Opens the journal at `path`, or begins one. What a crash left unfinished at its end is cut off;
   * a journal with any other damage, or one that another process writes to, is refused.
   */
  static open(
    path: string,
    options: FileStoreOptions = {},
  ): ResultAsync<FileStore, StoreUnavailable> {
    return attempt(acquireLock(`${path}.lock`))
      .andThen((lock) => lock.mapErr(unavailable))
      .andThen((lock) =>
        openJournal(path)
          .map((journal) => new FileStore(journal, lock, options))
          .orElse((error) => attempt(lock.release()).andThen(() => err(error))),
      );
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#guard(() => {
      const records = this.#journal.table.list();
      return this.#flush().map(() => records);
    });
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    return this.#guard(() =>
      this.#journal.table.commit(transaction).asyncAndThen((accepted) => {
        this.#queue.push(accepted);
        return this.#flush().map(() => accepted.revision);
      }),
    );
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
    await this.#flush();
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
    const transactions = this.#queue.map(({ writes }) => writes);
    const [first] = this.#queue;
    this.#queue = [];
    if (first === undefined) return ok();
    const written = this.#mustRewrite()
      ? await this.#rewrite()
      : await this.#append(encodeBatch({ revision: first.revision, transactions }));
    if (written.isErr()) this.#failure = written.error;
    return written;
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

function openJournal(path: string): ResultAsync<Journal, StoreUnavailable> {
  return attempt(readIfPresent(path)).andThen((content) =>
    content === undefined ? beginJournal(path) : continueJournal(path, content),
  );
}

function beginJournal(path: string): ResultAsync<Journal, StoreUnavailable> {
  const line = encodeSnapshot({ revision: 0, records: [] });
  return attempt(JournalFile.create(path, line)).map((file) => ({
    file,
    table: new RecordTable(),
    bytes: line.length,
    snapshotBytes: line.length,
  }));
}

function continueJournal(
  path: string,
  content: Uint8Array,
): ResultAsync<Journal, StoreUnavailable> {
  return readJournal(content)
    .mapErr(({ line, message }) => unavailable(`${path}: line ${line} ${message}`))
    .asyncAndThen(({ table, snapshotBytes, validBytes }) =>
      attempt(JournalFile.open(path, validBytes)).map((file) => ({
        file,
        table,
        bytes: validBytes,
        snapshotBytes,
      })),
    );
}

function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((cause) =>
    hasCode(cause, "ENOENT") ? undefined : Promise.reject(cause),
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
