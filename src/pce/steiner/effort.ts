import type { Budget } from "../plan/budget.ts";

/**
 * How much a search may still do. Work is counted in arcs scanned. With a budget from the caller that
 * alone decides, and is asked once in a while; without one it is a fixed amount of work, so that
 * equal searches end equally.
 */
export class Effort {
  /** The work done so far. */
  work = 0;
  readonly #budget: Budget;
  readonly #limit: number;
  #nextCheck = 0;
  #isOver = false;

  /** Ends when `budget` is spent, or the work is more than `limit`, whichever is first. */
  constructor(budget: Budget, limit: number = Number.POSITIVE_INFINITY) {
    this.#budget = budget;
    this.#limit = limit;
  }

  /** A part of it, for a search that may do no more than `work`. Its work must be charged here too. */
  part(work: number): Effort {
    return new Effort(this.#budget, Math.min(work, this.#limit - this.work));
  }

  charge(arcs: number): void {
    this.work += arcs;
  }

  isSpent(): boolean {
    if (this.#isOver || this.work < this.#nextCheck) return this.#isOver;
    this.#nextCheck = Math.min(this.work + CHECK_EVERY, this.#limit);
    this.#isOver = this.work >= this.#limit || this.#budget.isSpent();
    return this.#isOver;
  }
}

/** Work between two looks at the budget: some tens of microseconds. */
const CHECK_EVERY = 4_000;
