/** Between two looks for which what is told is the reason, at first and at most, in milliseconds. */
const LEAST_MS = 1_000;
const MOST_MS = 10_000;

/**
 * How soon a domain is looked at for what it tells: at once, and where it goes on telling at greater and greater
 * distances. What is told may be the consequence of a look, and of what that had done.
 */
export class LookPace {
  readonly #mostMs: number;
  #distanceMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `auditMs`: how often the domain is looked at without a reason. */
  constructor(auditMs: number) {
    this.#mostMs = Math.min(MOST_MS, auditMs);
  }

  /** How long the next look waits, in milliseconds. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#lastMs + this.#distanceMs - nowMs);
  }

  /**
   * A look begins for what was told. One after twice the distance begins a new series: a domain that goes on telling
   * is looked at again as soon as the distance is over, or a moment later.
   */
  began(nowMs: number): void {
    const isQuick = nowMs < this.#lastMs + 2 * this.#distanceMs;
    this.#distanceMs = Math.min(this.#mostMs, isQuick ? 2 * this.#distanceMs : LEAST_MS);
    this.#lastMs = nowMs;
  }
}
