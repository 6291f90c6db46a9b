import type { Clock } from "../../src/model/clock.ts";

/** The clock of a process that can be stopped: while it is, nothing that falls due happens. */
export class PausableClock implements Clock {
  readonly #inner: Clock;
  readonly #due: (() => void)[] = [];
  #isPaused = false;

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  now(): number {
    return this.#inner.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    return this.#inner.setTimeout(() => {
      if (this.#isPaused) this.#due.push(callback);
      else callback();
    }, ms);
  }

  clearTimeout(handle: unknown): void {
    this.#inner.clearTimeout(handle);
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Everything happens that fell due meanwhile, in order. */
  resume(): void {
    this.#isPaused = false;
    for (const callback of this.#due.splice(0)) callback();
  }
}
