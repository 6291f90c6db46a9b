/**
 * Shares the work of a query among those who ask for it. Whoever asks gets a run that started after
 * the question, so that it shows everything that happened before; all who ask while one is under way
 * share the next.
 */
export class Coalesced<T> {
  readonly #query: () => PromiseLike<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  /** `query` never rejects. */
  constructor(query: () => PromiseLike<T>) {
    this.#query = query;
  }

  /** The answer of a run that starts now or later. */
  get(): Promise<T> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => this.#start());
    return this.#next;
  }

  #start(): Promise<T> {
    this.#next = undefined;
    const run = Promise.resolve(this.#query()).then((answer) => {
      this.#running = undefined;
      return answer;
    });
    this.#running = run;
    return run;
  }
}
