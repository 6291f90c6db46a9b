import type { Clock } from "../../../model/clock.ts";
import { MISSED, type ReservationEvent } from "./reservation-event.ts";

/** What follows an event sooner than this is told with it, in milliseconds. */
const PACE_MS = 250;
/** Of more at once no one is told by itself. */
const AT_ONCE = 100;

/**
 * Tells the first event at once, and what comes soon after it together and once: however many are
 * posted, by whomever, nobody is asked more often for that.
 */
export class PacedEvents {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: ReservationEvent) => void>();
  #waiting = new Map<string, ReservationEvent>();
  #timer: unknown;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: (event: ReservationEvent) => void): Disposable {
    const own = (event: ReservationEvent): void => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  tell(event: ReservationEvent): void {
    if (this.#isClosed) return;
    if (this.#waiting.size < AT_ONCE) this.#waiting.set(`${event.name} ${event.gri}`, event);
    else this.#waiting = new Map([["", MISSED]]);
    if (this.#timer === undefined) this.#tellAll();
  }

  /** Tells nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#waiting.clear();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tellAll(): void {
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    const told = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#timer = this.#clock.setTimeout(() => this.#tellAll(), PACE_MS);
    for (const event of told) for (const listener of [...this.#listeners]) listener(event);
  }
}
