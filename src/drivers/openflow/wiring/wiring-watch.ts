import type { Clock } from "../../../model/clock.ts";
import type { PortRef } from "../../../model/ids.ts";
import type { DriverEvent } from "../../driver-event.ts";
import { type WiringRoundContext, wiringRound } from "./wiring-round.ts";

/** What a watch works with. */
export interface WiringWatchContext {
  readonly clock: Clock;
  /** How long after one round the next begins, in milliseconds. */
  readonly intervalMs: number;
  /** What a round works with at this moment. */
  readonly round: () => WiringRoundContext;
  readonly emit: (event: DriverEvent) => void;
}

/** Compares the wiring with the inventory from time to time, and tells what has changed about it. */
export class WiringWatch implements Disposable {
  readonly #context: WiringWatchContext;
  /** What is at the far end of the ports where that is not what it should be. */
  readonly #wrong = new Map<PortRef, PortRef | undefined>();
  #timer: unknown;
  #isOver = false;

  constructor(context: WiringWatchContext) {
    this.#context = context;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#context.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    const { clock, intervalMs } = this.#context;
    if (!this.#isOver) this.#timer = clock.setTimeout(() => void this.#check(), intervalMs);
  }

  async #check(): Promise<void> {
    const findings = await wiringRound(this.#context.round());
    for (const { node, port, expected, seen } of this.#isOver ? [] : findings) {
      if (seen === expected) {
        if (this.#wrong.delete(port)) this.#context.emit({ type: "wired", node, port });
      } else if (!this.#wrong.has(port) || this.#wrong.get(port) !== seen) {
        this.#wrong.set(port, seen);
        const sight = seen === undefined ? {} : { seen };
        this.#context.emit({ type: "miswired", node, port, expected, ...sight });
      }
    }
    this.#arm();
  }
}
