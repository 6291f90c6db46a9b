/** Lets each thing happen once within a second, however often it would; knows no more than a second's. */
export class OnceASecond {
  #secondStartMs = Number.NEGATIVE_INFINITY;
  readonly #done = new Set<string>();

  /** Whether it has not happened in this second. */
  admits(what: string, nowMs: number): boolean {
    if (nowMs - this.#secondStartMs >= 1_000) {
      this.#secondStartMs = nowMs;
      this.#done.clear();
    }
    if (this.#done.has(what)) return false;
    this.#done.add(what);
    return true;
  }
}
