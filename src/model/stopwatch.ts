import type { Clock } from "./clock.ts";

/**
 * How long something has lasted, by whichever clock says more: one may be set back, the other may
 * stand still while the machine sleeps.
 */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #began: number;
  readonly #steadyBegan: number | undefined;

  /** It begins now. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.now();
    this.#steadyBegan = clock.steadyNow?.();
  }

  /** Milliseconds since it began. */
  elapsedMs(): number {
    const steady = this.#clock.steadyNow?.() ?? 0;
    return Math.max(
      this.#clock.now() - this.#began,
      this.#steadyBegan === undefined ? 0 : steady - this.#steadyBegan,
    );
  }
}
