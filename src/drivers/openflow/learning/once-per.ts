/** Lets each thing happen once within so many milliseconds, however often it would; knows no more than those. */
export class OncePer {
  readonly #periodMs: number;
  #startMs = Number.NEGATIVE_INFINITY;
  readonly #done = new Set<string>();

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Whether it has not happened in this period. */
  admits(what: string, nowMs: number): boolean {
    if (nowMs - this.#startMs >= this.#periodMs) {
      this.#startMs = nowMs;
      this.#done.clear();
    }
    if (this.#done.has(what)) return false;
    this.#done.add(what);
    return true;
  }
}
