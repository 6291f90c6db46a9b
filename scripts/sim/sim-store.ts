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
import type { Dice } from "./dice.ts";

/** How a store misbehaves; each rate from 0 to 1. */
export interface StoreRates {
  /** Nothing is written, and nobody is told whether it was. */
  readonly fail: number;
  /** All is written, and nobody is told whether it was. */
  readonly failAfterWriting: number;
  readonly maxDelayMs: number;
}

/**
 * One agent's way to a store that outlives it: slow, and at times without an answer. What is under
 * way when the agent dies is written, or is not.
 */
export class SimStore implements Store {
  readonly #disk: Store;
  readonly #clock: Clock;
  /** The clock of the agent's process. */
  readonly #own: Clock;
  readonly #dice: Dice;
  #rates: StoreRates;
  #isDead = false;
  /** Writes that are on their way. */
  readonly #underWay = new Set<StoreTransaction>();

  constructor(
    disk: Store,
    clocks: { readonly world: Clock; readonly own: Clock },
    dice: Dice,
    rates: StoreRates,
  ) {
    this.#disk = disk;
    this.#clock = clocks.world;
    this.#own = clocks.own;
    this.#dice = dice;
    this.#rates = rates;
  }

  setRates(rates: StoreRates): void {
    this.#rates = rates;
  }

  /** The agent is dead: it reads and writes nothing more, and nothing is answered. */
  kill(): void {
    this.#isDead = true;
    for (const transaction of this.#underWay) {
      if (this.#dice.chance(0.5)) void this.#disk.commit(transaction);
    }
    this.#underWay.clear();
  }

  load(): ResultAsync<readonly StoredRecord[], StoreError> {
    return this.#isDead ? never() : this.#disk.load();
  }

  commit(transaction: StoreTransaction): ResultAsync<number, StoreError> {
    return this.#isDead ? never() : new ResultAsync(this.#commit(transaction));
  }

  watch(listener: (change: StoreChange) => void): ResultAsync<Disposable, StoreError> {
    if (this.#isDead) return never();
    let isFirst = true;
    const untold: StoreChange[] = [];
    return this.#disk.watch((change) => {
      // One after the other, as they were made: timers of the same instant may overtake each other.
      untold.push(change);
      const tell = (): void => {
        const next = untold.shift();
        if (next !== undefined && !this.#isDead) listener(next);
      };
      // Whoever begins to listen is told what there is at once, and what comes when it comes.
      if (isFirst) tell();
      else this.#own.setTimeout(tell, 0);
      isFirst = false;
    });
  }

  lease(ttlMs: number): ResultAsync<StoreLease, StoreError> {
    if (this.#isDead) return never();
    return this.#disk.lease(ttlMs).map((lease) => ({
      id: lease.id,
      ttlMs: lease.ttlMs,
      renew: () => (this.#isDead ? never() : lease.renew()),
      revoke: () => (this.#isDead ? never() : lease.revoke()),
    }));
  }

  async close(): Promise<void> {}

  async #commit(transaction: StoreTransaction): Promise<Result<number, StoreError>> {
    const { fail, failAfterWriting, maxDelayMs } = this.#rates;
    this.#underWay.add(transaction);
    await this.#wait(maxDelayMs);
    if (!this.#underWay.delete(transaction)) return unanswered();
    if (this.#dice.chance(fail)) return err(unavailable);
    const written = await this.#disk.commit(transaction);
    await this.#wait(maxDelayMs);
    if (this.#isDead) return unanswered();
    return written.isOk() && this.#dice.chance(failAfterWriting) ? err(unavailable) : written;
  }

  async #wait(maxMs: number): Promise<void> {
    if (maxMs === 0) return;
    const ms = this.#dice.below(maxMs + 1);
    await new Promise<void>((resolve) => {
      this.#clock.setTimeout(resolve, ms);
    });
  }
}

const unavailable: StoreError = { type: "store-unavailable", message: "no answer" };

function unanswered<T>(): Promise<Result<T, StoreError>> {
  return new Promise(() => {});
}

function never<T>(): ResultAsync<T, StoreError> {
  return new ResultAsync(unanswered());
}
