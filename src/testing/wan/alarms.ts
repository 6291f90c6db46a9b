import type { Clock } from "../../model/clock.ts";

/** Timers take no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Does things at instants, however far away; one thing for each name at a time. */
export class Alarms {
  readonly #clock: Clock;
  readonly #timers = new Map<string, unknown>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has something done at an instant, milliseconds since the epoch, in place of what was to be done. */
  set(name: string, at: number, act: () => void): void {
    this.clear(name);
    const leftMs = Math.max(0, at - this.#clock.now());
    const timer = this.#clock.setTimeout(
      () => {
        this.#timers.delete(name);
        if (this.#clock.now() < at) this.set(name, at, act);
        else act();
      },
      Math.min(leftMs, LONGEST_TIMER_MS),
    );
    this.#timers.set(name, timer);
  }

  clear(name: string): void {
    this.#clock.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
