import { type Clock, steadyMs } from "../../model/clock.ts";

/** One timer that is moved about cheaply: putting it off costs nothing until it would have fired. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #armed: { readonly timer: unknown; readonly dueMs: number } | undefined;

  /** `ring` may be called too early, when the alarm was put off: it sets the alarm again then. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `dueMs` at the latest; never when that is undefined. */
  set(dueMs: number | undefined): void {
    if (dueMs !== undefined && this.#armed !== undefined && this.#armed.dueMs <= dueMs) return;
    this.#clock.clearTimeout(this.#armed?.timer);
    this.#armed = undefined;
    if (dueMs === undefined) return;
    const timer = this.#clock.setTimeout(
      () => {
        this.#armed = undefined;
        this.#ring();
      },
      Math.max(1, dueMs - steadyMs(this.#clock)),
    );
    this.#armed = { timer, dueMs };
  }
}
