/**
 * Spreads commands evenly over time: a portion of at most a twentieth of a second's worth, then as
 * long a pause as the portion stands for. All times are milliseconds.
 */
export class Pace {
  readonly #msPerCommand: number;
  /** The most that may be sent at once. */
  readonly portion: number;
  /** When the time that everything sent so far stands for is over. */
  #emptyAtMs = Number.NEGATIVE_INFINITY;

  /** `perSecond` is positive; Infinity does not pace at all. */
  constructor(perSecond: number) {
    this.#msPerCommand = 1_000 / perSecond;
    this.portion = Math.max(1, Math.floor(perSecond / 20));
  }

  /** How long to wait until the next portion may be sent; 0 when it may be now. */
  delayMs(nowMs: number): number {
    return Math.max(0, this.#emptyAtMs - nowMs);
  }

  /** Notes that `count` commands, at most one portion, are sent now. */
  spend(count: number, nowMs: number): void {
    this.#emptyAtMs = Math.max(this.#emptyAtMs, nowMs) + count * this.#msPerCommand;
  }
}
