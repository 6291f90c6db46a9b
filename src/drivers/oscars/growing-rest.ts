/** How long what goes wrong is left alone: from a minute to an hour, each time twice as long as before. */
export class GrowingRest {
  #ms = FIRST_MS / 2;
  #untilMs = Number.NEGATIVE_INFINITY;

  isOver(nowMs: number): boolean {
    return this.#untilMs <= nowMs;
  }

  /** It has gone wrong once more. */
  begin(nowMs: number): void {
    this.#ms = Math.min(MOST_MS, 2 * this.#ms);
    this.#untilMs = nowMs + this.#ms;
  }
}

const FIRST_MS = 60_000;
const MOST_MS = 3_600_000;
