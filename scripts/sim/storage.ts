import { okAsync, type ResultAsync } from "neverthrow";
import type { Clock } from "../../src/model/clock.ts";
import type { StoreError } from "../../src/model/errors.ts";
import { FileStore } from "../../src/store/file-store.ts";
import { readJournal } from "../../src/store/journal.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Store, StoredRecord } from "../../src/store/store.ts";
import { SimDisk } from "../../test/support/sim-disk.ts";
import type { Dice } from "./dice.ts";
import { SimStore, type StoreRates } from "./sim-store.ts";

/** What outlives the agents of a world. */
export interface Storage {
  /** The way of a new process to it, whose clock is `own`; calm where nothing is to fail any more. */
  connect(own: Clock, isCalm: boolean): Connection;
  /** What it holds. */
  records(): Promise<readonly StoredRecord[]>;
  /** The machine loses its power; every process is dead. */
  cutPower(): void;
}

/** One process's way to the storage. */
export interface Connection {
  open(): ResultAsync<Store, StoreError>;
  /** The process is dead: it reads and writes nothing more, and nothing is answered. */
  kill(): void;
  /** Nothing fails any more. */
  mend(): void;
  /** Whether the process has to be started anew before anything is written again. */
  readonly isBroken: boolean;
}

/** A store that several agents share. */
export class SharedStorage implements Storage {
  readonly #disk: MemoryStore;
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #rates: StoreRates;

  constructor(clock: Clock, dice: Dice, rates: StoreRates) {
    this.#disk = new MemoryStore({ clock });
    this.#clock = clock;
    this.#dice = dice;
    this.#rates = rates;
  }

  connect(own: Clock, isCalm: boolean): Connection {
    const clocks = { world: this.#clock, own };
    const store = new SimStore(this.#disk, clocks, this.#dice, isCalm ? CALM : this.#rates);
    return {
      open: () => okAsync(store),
      kill: () => store.kill(),
      mend: () => store.setRates(CALM),
      isBroken: false,
    };
  }

  async records(): Promise<readonly StoredRecord[]> {
    return (await this.#disk.load())._unsafeUnwrap();
  }

  cutPower(): void {}
}

/** A journal on a disk that refuses calls, loses and tears what was not synced. */
export class FileStorage implements Storage {
  readonly #disk: SimDisk;
  readonly #clock: Clock;

  constructor(clock: Clock, dice: Dice, { fail, maxDelayMs }: StoreRates) {
    const random = (): number => dice.below(1_000_000) / 1_000_000;
    // A disk that has refused once needs a new process, which is rare.
    this.#disk = new SimDisk({ clock, random, fail: fail / 10, maxDelayMs });
    this.#clock = clock;
  }

  connect(_own: Clock, isCalm: boolean): Connection {
    const user = this.#disk.user();
    if (isCalm) user.mend();
    return {
      open: () =>
        FileStore.open(JOURNAL, { disk: user, clock: this.#clock, rewriteAboveBytes: 2_000 }),
      kill: () => user.kill(),
      mend: () => user.mend(),
      get isBroken() {
        return user.hasFailed;
      },
    };
  }

  async records(): Promise<readonly StoredRecord[]> {
    const content = this.#disk.contentOf(JOURNAL);
    return content === undefined ? [] : readJournal(content)._unsafeUnwrap().table.list();
  }

  cutPower(): void {
    this.#disk.cutPower();
  }
}

const JOURNAL = "/var/lib/dcns/journal";

const CALM: StoreRates = { fail: 0, failAfterWriting: 0, maxDelayMs: 0 };
