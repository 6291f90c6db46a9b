import type { NetworkNumber } from "../../../model/ids.ts";
import type { Place } from "../compile/taught.ts";

/** How many frames from unknown addresses are looked at from one ingress each second. */
export const MAX_SHOWN_PER_SECOND = 100;

/** Counts what is shown from each ingress, so that one alone does not take what all share. */
export class IngressLimit {
  #secondStartMs = Number.NEGATIVE_INFINITY;
  readonly #counts = new Map<string, number>();

  /** Whether one more may be looked at. */
  admits(network: NetworkNumber, { port, vid }: Place, nowMs: number): boolean {
    if (nowMs - this.#secondStartMs >= 1_000) {
      this.#secondStartMs = nowMs;
      this.#counts.clear();
    }
    const key = `${network} ${port} ${vid}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= MAX_SHOWN_PER_SECOND;
  }
}
