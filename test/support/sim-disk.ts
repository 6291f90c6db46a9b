import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../src/model/clock.ts";
import type { Disk, DiskFile } from "../../src/store/disk.ts";
import type { FileLock } from "../../src/store/file-lock.ts";

/** How a disk behaves. */
export interface DiskBehaviour {
  readonly clock: Clock;
  /** From 0 to 1, the next of a fixed sequence. */
  readonly random: () => number;
  /** How often a call is refused, from 0 to 1, with some of it done. */
  readonly fail: number;
  /** How long a call takes at most, in milliseconds. */
  readonly maxDelayMs: number;
}

/** A file: what is on the platter, what a process reads, and which bytes of that are still to be written. */
interface Inode {
  durable: Uint8Array;
  cached: Uint8Array;
  dirty: readonly Range[];
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * A disk that outlives processes and power cuts. What was not synced is lost in a power cut in any
 * part: cut off anywhere, or with NUL bytes in place of blocks; a name that was not synced is the old
 * one or the new one. As on Linux, a sync that fails has given up what it was to write: whoever reads
 * it finds it, another sync succeeds without it, and it is not on the platter.
 */
export class SimDisk {
  readonly #behaviour: DiskBehaviour;
  readonly #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  readonly #locks = new Map<string, DiskUser>();

  constructor(behaviour: DiskBehaviour) {
    this.#behaviour = behaviour;
  }

  /** What a file holds now, as a process would read it. */
  contentOf(path: string): Uint8Array | undefined {
    return this.#names.get(path)?.cached;
  }

  /** A process that uses the disk. */
  user(): DiskUser {
    return new DiskUser(this.#behaviour, this.#names, this.#locks, () => {
      this.#durableNames = new Map(this.#names);
    });
  }

  /** The power goes; every user must be dead. */
  cutPower(): void {
    const { random } = this.#behaviour;
    if (random() < 0.5) {
      this.#names.clear();
      for (const [name, inode] of this.#durableNames) this.#names.set(name, inode);
    }
    this.#durableNames = new Map(this.#names);
    for (const inode of this.#names.values()) {
      inode.durable = leftOf(inode, random);
      inode.cached = inode.durable;
      inode.dirty = [];
    }
  }
}

/** One process's way to a disk. */
export class DiskUser implements Disk {
  readonly #behaviour: DiskBehaviour;
  readonly #names: Map<string, Inode>;
  readonly #locks: Map<string, DiskUser>;
  readonly #namesSynced: () => void;
  /** What calls do that are under way, as far as they come. */
  readonly #underWay = new Set<Work>();
  #fail: number;
  #isDead = false;
  #hasFailed = false;

  constructor(
    behaviour: DiskBehaviour,
    names: Map<string, Inode>,
    locks: Map<string, DiskUser>,
    namesSynced: () => void,
  ) {
    this.#behaviour = behaviour;
    this.#names = names;
    this.#locks = locks;
    this.#namesSynced = namesSynced;
    this.#fail = behaviour.fail;
  }

  /** Whether a call was ever refused. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** No call is refused any more. */
  mend(): void {
    this.#fail = 0;
  }

  /** The process is dead: what it was doing is done in part, and nothing is answered. */
  kill(): void {
    this.#isDead = true;
    for (const work of this.#underWay) work(this.#behaviour.random(), false);
    this.#underWay.clear();
    for (const [path, owner] of this.#locks) if (owner === this) this.#locks.delete(path);
  }

  async resolve(path: string): Promise<string> {
    return path;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#call(
      () => {},
      () => this.#names.get(path)?.cached,
    );
  }

  write(path: string, content: Uint8Array): Promise<void> {
    return this.#call((part) => {
      const durable = content.slice(0, Math.floor(content.length * part));
      this.#names.set(path, { durable, cached: durable, dirty: [] });
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call((part) => {
      const inode = this.#names.get(from);
      if (inode === undefined || part < 0.5) return;
      this.#names.delete(from);
      this.#names.set(to, inode);
    });
  }

  syncFolder(): Promise<void> {
    return this.#call((part) => {
      if (part >= 0.5) this.#namesSynced();
    });
  }

  rewrite(path: string, from: number, content: Uint8Array): Promise<void> {
    return this.#call((part, isRefused) => {
      const inode = this.#names.get(path);
      if (inode === undefined) return;
      const written = content.subarray(0, Math.ceil(content.length * part));
      inode.cached = inode.cached.slice();
      inode.cached.set(written, from);
      inode.dirty = [...inode.dirty, { start: from, end: from + written.length }];
      if (part === 1) inode.durable = writtenBack(inode, inode.cached.length);
      if (part === 1 || isRefused) inode.dirty = [];
    });
  }

  open(path: string): Promise<DiskFile> {
    return this.#call(
      () => {},
      () => {
        const inode = this.#names.get(path);
        if (inode === undefined) throw new Error(`there is no ${path}`);
        return this.#fileOf(inode);
      },
    );
  }

  lock(path: string): Promise<Result<FileLock, string>> {
    return this.#call(
      () => {},
      () => {
        if (this.#locks.has(path)) return err(`${path} is held`);
        this.#locks.set(path, this);
        return ok({ release: () => this.#unlock(path) });
      },
    );
  }

  async #unlock(path: string): Promise<void> {
    this.#locks.delete(path);
  }

  #fileOf(inode: Inode): DiskFile {
    return {
      append: (content) =>
        this.#call((part) => {
          const written = content.subarray(0, Math.ceil(content.length * part));
          const start = inode.cached.length;
          inode.cached = Buffer.concat([inode.cached, written]);
          inode.dirty = [...inode.dirty, { start, end: inode.cached.length }];
        }),
      truncate: (bytes) =>
        this.#call((part) => {
          if (part >= 0.5) inode.cached = inode.cached.slice(0, bytes);
        }),
      sync: () =>
        this.#call((part, isRefused) => {
          if (part === 1) inode.durable = writtenBack(inode, inode.cached.length);
          if (part === 1 || isRefused) inode.dirty = [];
        }),
      close: () => this.#call(() => {}),
    };
  }

  /** Does `work`, all of it unless the process dies or the disk refuses. */
  async #call(work: Work): Promise<void>;
  async #call<T>(work: Work, answer: () => T): Promise<T>;
  async #call<T>(work: Work, answer?: () => T): Promise<T | undefined> {
    if (this.#isDead) return new Promise(() => {});
    const { clock, random, maxDelayMs } = this.#behaviour;
    this.#underWay.add(work);
    if (maxDelayMs > 0) {
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, Math.floor(random() * (maxDelayMs + 1)));
      });
    }
    if (!this.#underWay.delete(work)) return new Promise(() => {});
    if (random() < this.#fail) {
      this.#hasFailed = true;
      work(random(), true);
      throw new Error("EIO: i/o error");
    }
    work(1, false);
    return answer?.();
  }
}

/** Does so much of a call, from 0 to 1, and whether the disk refuses the rest. */
type Work = (part: number, isRefused: boolean) => void;

/** What a power cut leaves of a file. */
function leftOf(inode: Inode, random: () => number): Uint8Array {
  const { durable, cached } = inode;
  const grownBy = cached.length - durable.length;
  if (grownBy <= 0) return random() < 0.5 ? writtenBack(inode, cached.length) : durable;
  const length = durable.length + Math.floor(random() * (grownBy + 1));
  const left = writtenBack(inode, length);
  // The length may be on the platter before the blocks are.
  if (random() < 0.3)
    left.fill(0, durable.length + Math.floor(random() * (length - durable.length)));
  return left;
}

/** The first bytes of a file once what is dirty has been written: NUL where nothing ever was. */
function writtenBack({ durable, cached, dirty }: Inode, length: number): Uint8Array {
  const written = new Uint8Array(length);
  written.set(durable.subarray(0, length));
  for (const { start, end } of dirty) {
    written.set(
      cached.subarray(start, Math.min(end, length, cached.length)),
      Math.min(start, length),
    );
  }
  return written;
}
