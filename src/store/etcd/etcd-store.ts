import { randomBytes } from "node:crypto";
import { err, errAsync, ok, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { StoreError } from "../../model/errors.ts";
import { systemClock } from "../../system-clock.ts";
import type { Store, StoreChange, StoredRecord, StoreLease, StoreTransaction } from "../store.ts";
import { Commits } from "./commits.ts";
import { EtcdWatch, type Snapshot } from "./etcd-watch.ts";
import { Gateway, type GatewayError, type GatewayOptions, unavailable } from "./gateway.ts";
import { type HttpClient, httpClient } from "./http-socket.ts";
import { EtcdLeases } from "./leases.ts";
import { base64, endOfPrefix, type Page, rangeReply, recordOf } from "./messages.ts";

/** How an {@link EtcdStore} works. */
export interface EtcdStoreOptions extends GatewayOptions {
  /** What every key of ours begins with; `dcns/` when absent. Agents of one topology share it. */
  readonly prefix?: string;
  /** How many operations etcd takes in a transaction; 128, as etcd has it, when absent. */
  readonly maxTxnOps?: number;
  /** How many bytes etcd takes in a request; 1.5 MiB, as etcd has it, when absent. */
  readonly maxRequestBytes?: number;
  readonly clock?: Clock;
  /** Sends requests; over sockets of its own when absent. */
  readonly http?: HttpClient;
  /** A number from 0 up to, not including, 1; `Math.random` when absent. */
  readonly random?: () => number;
}

const PAGE = "500";
const COMPACTED = 11;
const MAX_REQUEST_BYTES = 1_572_864;

/**
 * Keeps records in etcd (3.4 or later), through the JSON gateway that every member serves, for any
 * number of processes.
 *
 * Calls go on over other members when one fails, until their time is up. A transaction is made once,
 * however often it has to be sent; if nobody says what became of it, the answer is
 * `store-unavailable`, never success.
 */
export class EtcdStore implements Store {
  readonly #gateway: Gateway;
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #leases: EtcdLeases;
  readonly #commits: Commits;
  readonly #recordPrefix: string;
  readonly #watches = new Set<Disposable>();
  readonly #calls = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  private constructor(options: EtcdStoreOptions) {
    const { prefix = "dcns/", random = Math.random } = options;
    this.#clock = options.clock ?? systemClock;
    this.#http = options.http ?? httpClient(options.tls);
    const closing = this.#closing.signal;
    const context = { options, http: this.#http, clock: this.#clock, random, closing };
    this.#gateway = new Gateway(context);
    this.#leases = new EtcdLeases(this.#gateway, newLeaseId);
    this.#recordPrefix = `${prefix}record/`;
    this.#commits = new Commits({
      gateway: this.#gateway,
      leases: this.#leases,
      clock: this.#clock,
      limits: {
        maxTxnOps: options.maxTxnOps ?? 128,
        maxRequestBytes: options.maxRequestBytes ?? MAX_REQUEST_BYTES,
      },
      recordPrefix: this.#recordPrefix,
      markPrefix: `${prefix}mark/`,
    });
  }

  /** Reaches the cluster, and gives the store of what is under its prefix. */
  static open(options: EtcdStoreOptions): ResultAsync<EtcdStore, StoreError> {
    const fault = faultOf(options);
    if (fault !== undefined) return errAsync({ type: "store-unavailable", message: fault });
    const store = new EtcdStore(options);
    return new ResultAsync(store.#page(store.#recordPrefix, 0, "1"))
      .mapErr(unavailable)
      .map(() => store)
      .orElse((error) => ResultAsync.fromSafePromise(store.close()).andThen(() => err(error)));
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#run(async () => (await this.#readAll()).map(({ records }) => records));
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    const copy: StoreTransaction = JSON.parse(JSON.stringify(transaction));
    return this.#run(() => this.#commits.commit(copy));
  }

  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError> {
    return this.#run(async () => {
      const first = await this.#readAll();
      return first.map((snapshot) => this.#watchFrom(snapshot, listener));
    });
  }

  lease(ttlMs: number): ResultAsync<StoreLease, StoreError> {
    return this.#run(() => this.#leases.grant(ttlMs));
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    for (const watch of this.#watches) watch[Symbol.dispose]();
    await Promise.all(this.#calls);
    await this.#commits.close();
    this.#closing.abort();
    this.#http.close();
  }

  #run<T>(call: () => Promise<Result<T, StoreError>>): ResultAsync<T, StoreError> {
    if (this.#closed !== undefined) return errAsync({ type: "closed", what: "the store" });
    const running = call();
    this.#calls.add(running);
    return new ResultAsync(running.finally(() => this.#calls.delete(running)));
  }

  #watchFrom(first: Snapshot, listener: (change: StoreChange) => void): Disposable {
    const context = {
      gateway: this.#gateway,
      clock: this.#clock,
      prefix: this.#recordPrefix,
      readAll: () => this.#readAll(),
      isCurrent: (endpoint: string) => this.#isCurrent(endpoint),
    };
    const watch = new EtcdWatch(context, first, listener);
    this.#watches.add(watch);
    return {
      [Symbol.dispose]: () => {
        watch[Symbol.dispose]();
        this.#watches.delete(watch);
      },
    };
  }

  /** Every record at one revision, page after page; from the start if etcd forgets it meanwhile. */
  async #readAll(): Promise<Result<Snapshot, StoreError>> {
    for (;;) {
      const snapshot = await this.#readPages();
      if (snapshot.isOk()) return ok(snapshot.value);
      const { error } = snapshot;
      if (error.type !== "refused" || error.code !== COMPACTED) return err(unavailable(error));
    }
  }

  async #readPages(): Promise<Result<Snapshot, GatewayError>> {
    const records: StoredRecord[] = [];
    let [from, revision] = [this.#recordPrefix, 0];
    for (;;) {
      const page = await this.#page(from, revision, PAGE);
      if (page.isErr()) return err(page.error);
      const { header, kvs, more } = page.value;
      if (revision === 0) revision = header.revision;
      for (const kv of kvs) {
        const record = recordOf(kv, this.#recordPrefix);
        if (record.isErr()) return err({ type: "unanswered", message: record.error });
        records.push(record.value);
      }
      from = `${kvs.at(-1)?.key ?? from}\0`;
      if (more) continue;
      return ok({ revision, records: records.sort((a, b) => (a.key < b.key ? -1 : 1)) });
    }
  }

  /** Some records from a key on; as they are now, if no revision is given. */
  #page(from: string, revision: number, limit: string): Promise<Result<Page, GatewayError>> {
    return this.#gateway.call("/v3/kv/range", this.#range(from, revision, limit), rangeReply);
  }

  /** Whether a member still has the agreement of its cluster, without which it answers no such call. */
  async #isCurrent(endpoint: string): Promise<boolean> {
    const message = this.#range(this.#recordPrefix, 0, "1");
    return (await this.#gateway.callAt(endpoint, "/v3/kv/range", message, rangeReply)).isOk();
  }

  #range(from: string, revision: number, limit: string): object {
    const end = base64(endOfPrefix(this.#recordPrefix));
    return { key: base64(from), range_end: end, revision: String(revision), limit };
  }
}

/** 62 random bits: a positive 64-bit integer that nobody else chooses. */
function newLeaseId(): string {
  return String((randomBytes(8).readBigUInt64BE() >> 2n) + 1n);
}

function faultOf({ endpoints, prefix = "dcns/" }: EtcdStoreOptions): string | undefined {
  if (endpoints.length === 0) return "there is no endpoint";
  const odd = endpoints.find((one) => !/^https?:\/\/[^/]+\/?$/.test(one));
  if (odd !== undefined) return `${odd} is not the http: or https: address of an etcd member`;
  return /^[\x20-\x7d]+$/.test(prefix) ? undefined : "the prefix must be of printable ASCII";
}
