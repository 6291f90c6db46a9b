/** Group or meter numbers, both ends included. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The numbers of one switch's groups or meters that are ours to give.
 *
 * A number is free again only when somebody has seen that the switch no longer holds it. Numbers are
 * given in turn, so that one just freed is not the next to be used.
 */
export class IdPool {
  readonly #range: IdRange;
  readonly #used = new Set<number>();
  #next: number;

  constructor(range: IdRange) {
    this.#range = range;
    this.#next = range.first;
  }

  /** How many numbers are ours to give, given ones among them. */
  get size(): number {
    return Math.max(0, this.#range.last - this.#range.first + 1);
  }

  /** The same numbers, none of them given. */
  blank(): IdPool {
    return new IdPool(this.#range);
  }

  /** Whether the number lies in our range. */
  owns(id: number): boolean {
    return id >= this.#range.first && id <= this.#range.last;
  }

  /** Gives a free number; undefined when there is none. */
  take(): number | undefined {
    if (this.#used.size >= this.size) return undefined;
    while (this.#used.has(this.#next)) this.#advance();
    const id = this.#next;
    this.#used.add(id);
    this.#advance();
    return id;
  }

  /** Takes a number that the switch holds already; false when it is not ours or not free. */
  claim(id: number): boolean {
    if (!this.owns(id) || this.#used.has(id)) return false;
    this.#used.add(id);
    return true;
  }

  /** Frees a number that the switch does not hold any more. */
  free(id: number): void {
    this.#used.delete(id);
  }

  #advance(): void {
    this.#next = this.#next >= this.#range.last ? this.#range.first : this.#next + 1;
  }
}
