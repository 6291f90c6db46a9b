import type { StoreChange } from "./store.ts";

/** One listener, and what it has not heard yet. */
interface Watcher {
  readonly listener: (change: StoreChange) => void;
  /** What it is told first has everything up to here. */
  readonly since: number;
  readonly unheard: StoreChange[];
  isListening: boolean;
}

/** Those who watch a store. They are told in turns of their own, never within the call that wrote. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();

  /**
   * A listener that is to hear `first`, and then what is published with a later revision. It hears
   * nothing before `start` is called.
   */
  add(listener: (change: StoreChange) => void, first: StoreChange): Watching {
    const watcher = { listener, since: first.revision, unheard: [first], isListening: false };
    this.#watchers.add(watcher);
    return {
      start: () => {
        watcher.isListening = true;
        return this.#tell();
      },
      [Symbol.dispose]: () => void this.#watchers.delete(watcher),
    };
  }

  /** Whether anybody watches. */
  get areThere(): boolean {
    return this.#watchers.size > 0;
  }

  /** Tells everybody of what is durable now; changes come in the order of their revisions. */
  publish(change: StoreChange): void {
    for (const watcher of this.#watchers) {
      if (change.revision > watcher.since) watcher.unheard.push(change);
    }
    void this.#tell();
  }

  /** Nobody hears anything from now on. */
  clear(): void {
    this.#watchers.clear();
  }

  async #tell(): Promise<void> {
    await Promise.resolve();
    for (const watcher of this.#watchers) {
      if (!watcher.isListening) continue;
      while (this.#watchers.has(watcher)) {
        const change = watcher.unheard.shift();
        if (change === undefined) break;
        watcher.listener(change);
      }
    }
  }
}

/** One listener's place among the watchers; it is disposed of when it is over. */
export interface Watching extends Disposable {
  /** From now on it hears; fulfilled when it has heard what there was. */
  start(): Promise<void>;
}
