import { MinHeap } from "../graph/min-heap.ts";
import { type BoundedResources, dominates, type Way } from "./way.ts";

/**
 * The ways that a search has come across, those of the least cost at the end first, then those of fewer hops.
 * To take one is O(log n), and O(d) for the d ways settled at its node before; none that could be part of a
 * best path is dropped (Desrochers and Soumis, 1988).
 */
export class WayFront {
  readonly #leastOf: (way: Way) => number;
  readonly #bounded: BoundedResources;
  readonly #ways: Way[] = [];
  readonly #heap = new MinHeap();
  readonly #settled = new Map<number, Way[]>();

  /** `leastOf` is what a way comes to cost at least before it ends. */
  constructor(leastOf: (way: Way) => number, bounded: BoundedResources) {
    this.#leastOf = leastOf;
    this.#bounded = bounded;
  }

  /** How many ways there have been. */
  get size(): number {
    return this.#ways.length;
  }

  /** Adds those that come to cost less than `below`. */
  add(ways: Iterable<Way>, below: number): void {
    for (const way of ways) {
      const cost = this.#leastOf(way);
      if (cost >= below) continue;
      this.#heap.push(cost, way.hops, this.#ways.length);
      this.#ways.push(way);
    }
  }

  /** The next way, which is taken out. */
  next(): Way | undefined {
    return this.#ways[this.#heap.pop()];
  }

  /** Takes `way` for one to go on with, unless an earlier one makes it needless. */
  settle(way: Way): boolean {
    const others = this.#settled.get(way.node);
    if (others === undefined) {
      this.#settled.set(way.node, [way]);
      return true;
    }
    if (others.some((other) => dominates(other, way, this.#bounded))) return false;
    others.push(way);
    return true;
  }
}
