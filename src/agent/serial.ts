/**
 * Runs tasks of one key one after another, in the order of asking; tasks of different keys do not
 * wait for each other.
 */
export class Serial<K> {
  readonly #tails = new Map<K, Promise<void>>();

  /** Runs `task` when every earlier task of `key` has ended. */
  run<T>(key: K, task: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(key) ?? Promise.resolve()).then(task);
    const tail = result.then(ignore, ignore).then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
    return result;
  }

  /** Whether no task of `key` is running or waiting. */
  isIdle(key: K): boolean {
    return !this.#tails.has(key);
  }

  /** Resolves when every earlier task of `key` has ended, with what ends the one that begins. */
  take(key: K): Promise<() => void> {
    return new Promise((resolve) => {
      void this.run(key, () => new Promise<void>((leave) => resolve(leave)));
    });
  }

  /** Resolves when nothing is running or waiting. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}

function ignore(): void {}
