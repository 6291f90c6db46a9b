import { onAbort } from "../model/on-abort.ts";

/** A limited number of places; who finds none waits, first come first served. */
export class Places {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** A place, which whoever has it disposes of; undefined when `signal` is raised before there is one. */
  async take(signal: AbortSignal): Promise<Disposable | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#turn(signal))) return undefined;
    return { [Symbol.dispose]: () => this.#leave() };
  }

  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const come = (): void => {
        release();
        resolve(true);
      };
      const release = onAbort(signal, () => {
        if (this.#waiting.delete(come)) resolve(false);
      });
      this.#waiting.add(come);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
