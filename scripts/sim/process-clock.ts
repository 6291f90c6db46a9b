import type { Clock } from "../../src/model/clock.ts";

/** The clock of one process: it can be stopped, and once it is dead, nothing of it is left. */
export class ProcessClock implements Clock {
  readonly #inner: Clock;
  readonly #timers = new Set<unknown>();
  /** What fell due while it was stopped, by its timer, in order. */
  readonly #due = new Map<unknown, () => void>();
  #state: "running" | "stopped" | "dead" = "running";

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  now(): number {
    return this.#inner.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    if (this.#state === "dead") return undefined;
    const timer: unknown = this.#inner.setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#state === "stopped") this.#due.set(timer, callback);
      else callback();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer);
    this.#due.delete(timer);
    this.#inner.clearTimeout(timer);
  }

  /** Nothing happens from now on. */
  stop(): void {
    if (this.#state === "running") this.#state = "stopped";
  }

  /** All that fell due meanwhile happens, in order. */
  resume(): void {
    if (this.#state !== "stopped") return;
    this.#state = "running";
    // One of them may stop another.
    for (const [timer, callback] of this.#due) {
      this.#due.delete(timer);
      callback();
    }
  }

  die(): void {
    this.#state = "dead";
    this.#due.clear();
    for (const timer of this.#timers) this.#inner.clearTimeout(timer);
    this.#timers.clear();
  }
}
