import type { Clock } from "../model/clock.ts";
import type { NodeId } from "../model/ids.ts";

/** What {@link LostNodes} works with. */
export interface LostNodesContext {
  readonly clock: Clock;
  /** How long a node may be away before it counts as lost, in milliseconds. */
  readonly graceMs: number;
  /** Nobody has heard of a node for too long, or it is back after that. */
  readonly changed: (node: NodeId, lost: boolean) => void;
}

/**
 * Which nodes have been away for too long. A switch whose connection is lost goes on forwarding, so
 * that it is given time to come back before anything follows from it.
 */
export class LostNodes implements Disposable {
  readonly #context: LostNodesContext;
  readonly #timers = new Map<NodeId, unknown>();
  readonly #lost = new Set<NodeId>();

  constructor(context: LostNodesContext) {
    this.#context = context;
  }

  /** Notes that the connection of a node is lost. */
  away(node: NodeId): void {
    const { clock, graceMs } = this.#context;
    if (this.#timers.has(node) || this.#lost.has(node)) return;
    const timer = clock.setTimeout(() => {
      this.#timers.delete(node);
      this.#lost.add(node);
      this.#context.changed(node, true);
    }, graceMs);
    this.#timers.set(node, timer);
  }

  /** Notes that a node is there again, or is none of ours any more. */
  back(node: NodeId): void {
    this.#context.clock.clearTimeout(this.#timers.get(node));
    this.#timers.delete(node);
    if (this.#lost.delete(node)) this.#context.changed(node, false);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) this.#context.clock.clearTimeout(timer);
    this.#timers.clear();
  }
}
