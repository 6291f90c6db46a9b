import type { Clock } from "../../../model/clock.ts";
import { type Change, isCarriedOut } from "../terms-granted.ts";
import { termsOf } from "./circuit-reservation.ts";
import type { ReservationReport } from "./requests.ts";

/** By how much times may change without anything being changed, in milliseconds. */
export const TOLERANCE_MS = 61_000;

/**
 * Tells from one look after another when a change that a server has taken is done. It may make of what is wanted what
 * was there before: so it is when it was seen to change, or has had all the time that it may take.
 */
export class TermsWatch {
  readonly #change: Omit<Change, "after">;
  readonly #still: ReadonlySet<string>;
  readonly #clock: Clock;
  #hasChanged = false;
  #isPossible = false;

  /** `still`: what a reservation is when it does not change. */
  constructor(change: Omit<Change, "after">, still: ReadonlySet<string>, clock: Clock) {
    this.#change = change;
    this.#still = still;
    this.#clock = clock;
  }

  /** Whether what was seen last may be all that the server makes of what is wanted. */
  get isPossible(): boolean {
    return this.#isPossible;
  }

  /** Whether the change is done, as a look shows. */
  look(found: ReservationReport): boolean {
    if (!this.#still.has(found.status)) {
      this.#hasChanged = true;
      return false;
    }
    const after = termsOf(found);
    const outcome = isCarriedOut({ ...this.#change, after }, this.#clock.now(), TOLERANCE_MS);
    this.#isPossible = outcome !== "no";
    return outcome === "yes" || (this.#isPossible && this.#hasChanged);
  }
}
