/** Work that is done one after the other, and who is about to ask for some. */
export class Turns {
  #tail: Promise<unknown> = Promise.resolve();
  #tasks = 0;
  #users = 0;
  /** Who waits until nothing is under way. */
  readonly #waiting: (() => void)[] = [];

  /** Whether something is under way. */
  get isBusy(): boolean {
    return this.#tasks > 0;
  }

  /** Whether something is under way, or soon will be. */
  get isInUse(): boolean {
    return this.#users > 0 || this.isBusy;
  }

  /** Notes that something will be asked for, until that is over. */
  async use<T>(task: () => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await task();
    } finally {
      this.#users -= 1;
      this.#wake();
    }
  }

  /** Does something when everything that was asked for before is done. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.#tasks += 1;
    const turn = this.#tail.then(task).finally(() => {
      this.#tasks -= 1;
      this.#wake();
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when nothing is under way, nor soon will be. */
  async idle(): Promise<void> {
    while (this.isInUse) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    if (this.isInUse) return;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
