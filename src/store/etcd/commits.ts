import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { StoreError } from "../../model/errors.ts";
import { Stopwatch } from "../../model/stopwatch.ts";
import type { StoreTransaction } from "../store.ts";
import { type Gateway, type GatewayError, unavailable } from "./gateway.ts";
import type { EtcdLeases } from "./leases.ts";
import { base64, operationOf, txnReply } from "./messages.ts";

/** What a server takes at once; `--max-txn-ops` and `--max-request-bytes` of etcd. */
export interface RequestLimits {
  readonly maxTxnOps: number;
  readonly maxRequestBytes: number;
}

/** What commits work with. */
export interface CommitsContext {
  readonly gateway: Gateway;
  readonly leases: EtcdLeases;
  readonly clock: Clock;
  readonly limits: RequestLimits;
  readonly recordPrefix: string;
  readonly markPrefix: string;
}

/** A key that only this client writes, with every transaction, one transaction at a time. */
interface Mark {
  readonly lease: string;
  readonly key: string;
  /** The revision at which it was written last; 0 when it is not there. */
  revision: number;
}

/** How long marks outlive their client, in milliseconds: longer than etcd holds on to a request. */
const MARK_TTL_MS = 60_000;
const LEASE_NOT_FOUND = 5;

/**
 * Transactions that are made once although they are sent until somebody answers.
 *
 * Each writes a mark as well, whether its comparisons hold or not, and compares that with what it was
 * before. So of all the times that it is sent, those behind the first change nothing, and they read
 * in the mark what became of it. Marks are under a lease: when that is over, no transaction that still
 * is under way can be made any more.
 */
export class Commits {
  readonly #context: CommitsContext;
  readonly #free: Mark[] = [];
  #lease: Promise<Result<string, StoreError>> | undefined;
  /** Since when the lease of the marks has run. */
  #since: Stopwatch | undefined;
  #marks = 0;
  #transactions = 0;

  constructor(context: CommitsContext) {
    this.#context = context;
  }

  /** Makes a transaction; gives its revision. */
  async commit(transaction: StoreTransaction): Promise<Result<number, StoreError>> {
    const tooLarge = this.#excess(transaction);
    if (tooLarge !== undefined) return err({ type: "store-unavailable", message: tooLarge });
    const lease = await this.#markLease();
    return lease.isOk() ? this.#commitUnder(lease.value, transaction) : err(lease.error);
  }

  /** Takes the marks away. */
  async close(): Promise<void> {
    const lease = await this.#lease;
    if (lease?.isOk()) await this.#context.leases.revoke(lease.value);
  }

  async #commitUnder(
    lease: string,
    transaction: StoreTransaction,
  ): Promise<Result<number, StoreError>> {
    const mark = this.#takeMark(lease);
    this.#transactions += 1;
    const name = String(this.#transactions);
    const message = this.#messageOf(transaction, mark, name);
    const answer = await this.#context.gateway.call("/v3/kv/txn", message, txnReply);
    if (answer.isErr()) return err(await this.#failure(answer.error, transaction));
    const { header, succeeded, responses } = answer.value;
    const [before, ...compared] = responses.map(({ response_range }) => response_range?.kvs[0]);
    const isFirst = succeeded || (before?.mod_revision ?? 0) === mark.revision;
    mark.revision = isFirst ? header.revision : (before?.mod_revision ?? 0);
    this.#free.push(mark);
    if (succeeded || before?.value === name) return ok(mark.revision);
    const { compare } = transaction;
    const failed = compare.find((one, n) => one.revision !== (compared[n]?.mod_revision ?? 0));
    return err({ type: "store-conflict", key: (failed ?? compare[0])?.key ?? "" });
  }

  /** Why a transaction has no revision; its mark is never used again. */
  async #failure(error: GatewayError, { writes }: StoreTransaction): Promise<StoreError> {
    if (error.type === "unanswered" || error.code !== LEASE_NOT_FOUND) return unavailable(error);
    const leases = writes.flatMap((one) => (one.type === "put" ? (one.lease ?? []) : []));
    for (const lease of new Set(leases)) {
      const renewed = await this.#context.leases.renew(lease);
      if (renewed.isErr()) return renewed.error;
    }
    this.#lease = undefined;
    return { type: "store-unavailable", message: "the transaction took too long" };
  }

  #takeMark(lease: string): Mark {
    for (let mark = this.#free.pop(); mark !== undefined; mark = this.#free.pop()) {
      if (mark.lease === lease) return mark;
    }
    this.#marks += 1;
    return { lease, key: `${this.#context.markPrefix}${lease}/${this.#marks}`, revision: 0 };
  }

  #messageOf({ compare, writes }: StoreTransaction, mark: Mark, name: string): object {
    const { recordPrefix } = this.#context;
    const last = new Map(writes.map((write) => [write.key, write]));
    const key = base64(mark.key);
    const markAs = (value: string): object => ({
      request_put: { key, value: base64(value), lease: mark.lease },
    });
    // Sent late, when the mark is another transaction's already, it must not be touched either.
    const refuse = { compare: [at(key, mark.revision)], success: [markAs(`not ${name}`)] };
    const lookAt = (one: string): object => ({ request_range: { key: one, limit: "1" } });
    const compared = compare.map((one) => ({ ...one, key: base64(recordPrefix + one.key) }));
    return {
      compare: [at(key, mark.revision), ...compared.map((one) => at(one.key, one.revision))],
      success: [...[...last.values()].map((one) => operationOf(one, recordPrefix)), markAs(name)],
      failure: [lookAt(key), ...compared.map((one) => lookAt(one.key)), { request_txn: refuse }],
    };
  }

  #excess({ compare, writes }: StoreTransaction): string | undefined {
    const { maxTxnOps, maxRequestBytes } = this.#context.limits;
    const operations =
      Math.max(compare.length + 2, new Set(writes.map(({ key }) => key)).size + 1) + 1;
    if (operations > maxTxnOps) {
      return `a transaction of ${operations} operations, and etcd takes ${maxTxnOps}`;
    }
    const bytes = Buffer.byteLength(JSON.stringify({ compare, writes }));
    return bytes > maxRequestBytes
      ? `a transaction of ${bytes} bytes, and etcd takes ${maxRequestBytes}`
      : undefined;
  }

  /** The lease of this client's marks, for long enough that it outlasts a transaction. */
  #markLease(): Promise<Result<string, StoreError>> {
    const elapsedMs = this.#since?.elapsedMs() ?? MARK_TTL_MS;
    if (this.#lease === undefined || elapsedMs >= MARK_TTL_MS / 2) {
      this.#since = new Stopwatch(this.#context.clock);
      this.#lease = this.#renew(this.#lease);
    }
    return this.#lease;
  }

  async #renew(
    last: Promise<Result<string, StoreError>> | undefined,
  ): Promise<Result<string, StoreError>> {
    const { leases } = this.#context;
    const old = await last;
    if (old?.isOk() && (await leases.renew(old.value)).isOk()) return old;
    const granted = await leases.grant(MARK_TTL_MS);
    if (granted.isErr()) this.#lease = undefined;
    return granted.map(({ id }) => id);
  }
}

/** The key, in base64, must have been written last at this revision. */
function at(key: string, revision: number): object {
  return { key, target: "MOD", result: "EQUAL", mod_revision: String(revision) };
}
