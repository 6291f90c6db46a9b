import { createHash, randomBytes } from "node:crypto";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { SegmentId } from "../../../model/ids.ts";
import type { CircuitFault } from "../circuit-service.ts";

/** An id has a letter and up to eleven more: nine tell the segment, two which of its connections. */
const DIGITS = 9;
const RANDOM_BYTES = 5;
/** Ended connections keep their ids; whoever has had so many gets others, at random, and holds under those end by themselves. */
const MOST = 64;
/** What was held and never committed leaves no trace, and a gap. */
const MOST_GAPS = 4;

/**
 * Ids of the connections of each segment, the same for every agent of one mark: so what is held under one
 * is found again by the agent that comes after the one that asked for it.
 */
export class SegmentIds {
  readonly #mark: string;
  /** Those with which something is being asked for. */
  readonly #taken = new Set<string>();

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** Does something with the first id of a segment that is free, and that nobody else is using meanwhile. */
  withFree<T>(
    segment: SegmentId,
    isFree: (id: string) => ResultAsync<boolean, CircuitFault>,
    use: (id: string) => ResultAsync<T, CircuitFault>,
  ): ResultAsync<T, CircuitFault> {
    return new ResultAsync(this.#withFree(segment, isFree, use));
  }

  /** What there is under the ids of a segment; `find` gives undefined for one that nobody has ever used. */
  known<T>(
    segment: SegmentId,
    find: (id: string) => ResultAsync<readonly T[] | undefined, CircuitFault>,
  ): ResultAsync<readonly T[], CircuitFault> {
    return new ResultAsync(this.#known(segment, find));
  }

  async #withFree<T>(
    segment: SegmentId,
    isFree: (id: string) => ResultAsync<boolean, CircuitFault>,
    use: (id: string) => ResultAsync<T, CircuitFault>,
  ): Promise<Result<T, CircuitFault>> {
    for (let nth = 0; nth < MOST; nth += 1) {
      const id = this.#idOf(segment, nth);
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      const free = await isFree(id);
      const used = free.isErr() ? err(free.error) : free.value ? await use(id) : undefined;
      this.#taken.delete(id);
      if (used !== undefined) return used;
    }
    return use(`d${randomBytes(RANDOM_BYTES).toString("hex")}`);
  }

  async #known<T>(
    segment: SegmentId,
    find: (id: string) => ResultAsync<readonly T[] | undefined, CircuitFault>,
  ): Promise<Result<readonly T[], CircuitFault>> {
    const known: T[] = [];
    let gaps = 0;
    for (let nth = 0; nth < MOST && gaps < MOST_GAPS; nth += 1) {
      const found = await find(this.#idOf(segment, nth));
      if (found.isErr()) return err(found.error);
      if (found.value === undefined) gaps += 1;
      else {
        known.push(...found.value);
        gaps = 0;
      }
    }
    return ok(known);
  }

  #idOf(segment: SegmentId, nth: number): string {
    const digest = createHash("sha256").update(`${this.#mark} ${segment}`).digest("hex");
    return `d${digest.slice(0, DIGITS)}${nth.toString(16).padStart(2, "0")}`;
  }
}
