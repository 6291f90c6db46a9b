import { type Clock, steadyMs } from "../model/clock.ts";
import type { LinkId } from "../model/ids.ts";
import {
  type FlapDamping,
  type FlapHistory,
  failedOnceMore,
  releaseAtMs,
} from "../network/flap-damping.ts";

/** What a damper works with. */
export interface LinkDamperContext {
  readonly clock: Clock;
  readonly damping: FlapDamping;
  /** From now on the link counts as down, for so long at least. */
  readonly hold: (link: LinkId, forMs: number) => void;
  /** The link is believed again. */
  readonly release: (link: LinkId) => void;
}

/** Holds links down that fail again and again, until they have been quiet. */
export class LinkDamper implements Disposable {
  readonly #context: LinkDamperContext;
  readonly #histories = new Map<LinkId, FlapHistory>();
  readonly #timers = new Map<LinkId, unknown>();

  constructor(context: LinkDamperContext) {
    this.#context = context;
  }

  /** Notes that a link has failed. */
  failed(link: LinkId): void {
    const { clock, damping, hold } = this.#context;
    const nowMs = steadyMs(clock);
    const history = failedOnceMore(this.#histories.get(link), nowMs, damping);
    this.#histories.set(link, history);
    if (!history.isHeld) return;
    const forMs = releaseAtMs(history, damping) - nowMs;
    hold(link, forMs);
    clock.clearTimeout(this.#timers.get(link));
    this.#timers.set(
      link,
      clock.setTimeout(() => this.#release(link), forMs),
    );
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) this.#context.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #release(link: LinkId): void {
    this.#timers.delete(link);
    this.#histories.delete(link);
    this.#context.release(link);
  }
}
