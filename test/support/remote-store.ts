import { err, type Result, ResultAsync } from "neverthrow";
import type { Clock } from "../../src/model/clock.ts";
import type { StoreError } from "../../src/model/errors.ts";
import type {
  Store,
  StoreChange,
  StoredRecord,
  StoreLease,
  StoreTransaction,
} from "../../src/store/store.ts";

/** What lies between one agent and a store that it shares. */
export interface RemoteStoreOptions {
  /** Where the store is. */
  readonly world: Clock;
  /** The agent's own, which may stand still. */
  readonly own: Clock;
  /** How long a message takes, one way, in milliseconds. */
  readonly delayMs: () => number;
}

/** How long a call waits for an answer that does not come, in milliseconds. */
const PATIENCE_MS = 1_000;
/** How soon after a cut is mended what was held back is heard, in milliseconds. */
const AGAIN_MS = 50;

/**
 * A store in another place, as one agent sees it: requests and answers take time, and may get lost
 * while it is cut off. What is heard is heard late, but in order.
 */
export class RemoteStore implements Store {
  readonly #inner: Store;
  readonly #options: RemoteStoreOptions;
  /** No message comes through, in either direction. */
  isCut = false;
  /** Watches that have not been ended. */
  watches = 0;
  /** Called with every transaction as it arrives. */
  onCommit: (transaction: StoreTransaction) => void = () => {};
  /** How much later than others a transaction arrives, in milliseconds. */
  lateMs: (transaction: StoreTransaction) => number = () => 0;

  constructor(inner: Store, options: RemoteStoreOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#call(() => this.#inner.load());
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    const copy: StoreTransaction = structuredClone(transaction);
    return this.#call(() => {
      this.onCommit(copy);
      return this.#inner.commit(copy);
    }, this.lateMs(copy));
  }

  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError> {
    const { own, delayMs } = this.#options;
    let last = 0;
    let isOver = false;
    const held: StoreChange[] = [];
    const tell = (change: StoreChange): void => {
      last = Math.max(last, own.now() + delayMs());
      own.setTimeout(() => {
        held.push(change);
        flush();
      }, last - own.now());
    };
    const flush = (): void => {
      if (isOver) return;
      if (this.isCut) own.setTimeout(flush, AGAIN_MS);
      else for (const one of held.splice(0)) listener(one);
    };
    return new ResultAsync(
      new Promise((resolve) => {
        let isFirst = true;
        void this.#inner
          .watch((change) => {
            if (!isFirst) return tell(change);
            isFirst = false;
            listener(change);
          })
          .then((watching) => {
            if (watching.isOk()) this.watches += 1;
            resolve(
              watching.map((inner) => ({
                [Symbol.dispose]: () => {
                  if (!isOver) this.watches -= 1;
                  isOver = true;
                  inner[Symbol.dispose]();
                },
              })),
            );
          });
      }),
    );
  }

  lease(ttlMs: number): ResultAsync<StoreLease, StoreError> {
    return this.#call(() => this.#inner.lease(ttlMs)).map((lease) => ({
      id: lease.id,
      ttlMs: lease.ttlMs,
      renew: () => this.#call(() => lease.renew()),
      revoke: () => this.#call(() => lease.revoke()),
    }));
  }

  async close(): Promise<void> {}

  /** Goes there and back; nobody knows what became, or will become, of what is not answered in time. */
  #call<T>(ask: () => ResultAsync<T, StoreError>, lateMs = 0): ResultAsync<T, StoreError> {
    const { world, own, delayMs } = this.#options;
    const lost: Result<T, StoreError> = err({ type: "store-unavailable", message: "no answer" });
    if (this.isCut) {
      return new ResultAsync(new Promise((done) => own.setTimeout(() => done(lost), PATIENCE_MS)));
    }
    return new ResultAsync(
      new Promise((done) => {
        if (lateMs >= PATIENCE_MS) own.setTimeout(() => done(lost), PATIENCE_MS);
        world.setTimeout(() => {
          void ask().then((answer) => {
            const isLost = this.isCut;
            own.setTimeout(() => done(isLost ? lost : answer), isLost ? PATIENCE_MS : delayMs());
          });
        }, lateMs + delayMs());
      }),
    );
  }
}
