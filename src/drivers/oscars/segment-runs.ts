import type { Result } from "neverthrow";
import type { SegmentId } from "../../model/ids.ts";
import type { CircuitFault } from "./circuit-service.ts";

type Outcome = Promise<Result<void, CircuitFault>>;

/** One bringing of a segment to what is wanted of it. */
interface Run {
  readonly abort: AbortController;
  readonly done: Outcome;
}

/** What is under way for segments: for each one thing at a time, and what is newer stops what is older. */
export class SegmentRuns {
  readonly #runs = new Map<SegmentId, Run>();

  isUnderWay(segment: SegmentId): boolean {
    return this.#runs.has(segment);
  }

  /** Begins when what was under way for the segment, which is stopped, has ended. */
  start(segment: SegmentId, work: (signal: AbortSignal) => Outcome): Outcome {
    const before = this.#runs.get(segment);
    before?.abort.abort();
    const abort = new AbortController();
    const begun = (before?.done ?? Promise.resolve()).then(() => work(abort.signal));
    const run: Run = {
      abort,
      done: begun.then((outcome) => {
        if (this.#runs.get(segment) === run) this.#runs.delete(segment);
        return outcome;
      }),
    };
    this.#runs.set(segment, run);
    return run.done;
  }

  /** The outcome of whatever was begun last for a segment, since what has this `outcome`. */
  async last(segment: SegmentId, outcome: Outcome): Promise<Result<void, CircuitFault>> {
    let done = outcome;
    for (;;) {
      const ended = await done;
      const newer = this.#runs.get(segment);
      if (newer === undefined) return ended;
      done = newer.done;
    }
  }

  abort(segment: SegmentId): void {
    this.#runs.get(segment)?.abort.abort();
  }

  /** Stops everything, and waits until it has ended. */
  async close(): Promise<void> {
    for (const { abort } of this.#runs.values()) abort.abort();
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
  }
}
