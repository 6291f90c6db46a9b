import type { Clock } from "../../src/model/clock.ts";

/** The clock of a process that can be stopped: while it is, nothing that falls due happens. */
export class PausableClock implements Clock {
  readonly #inner: Clock;
  /** What fell due while it was stopped, by the handle of its timer, in order. */
  readonly #due = new Map<unknown, () => void>();
  #isPaused = false;

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  now(): number {
    return this.#inner.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const handle: unknown = this.#inner.setTimeout(() => {
      if (this.#isPaused) this.#due.set(handle, callback);
      else callback();
    }, ms);
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#inner.clearTimeout(handle);
    this.#due.delete(handle);
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Everything happens that fell due meanwhile, in order. */
  resume(): void {
    this.#isPaused = false;
    // One of them may stop another.
    for (const [handle, callback] of this.#due) {
      this.#due.delete(handle);
      callback();
    }
  }
}
