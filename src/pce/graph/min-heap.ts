import type { MonotoneQueue } from "./monotone-queue.ts";

/**
 * A min-heap of numbers with four children to a node, ordered by cost and then by hops; arrays grow
 * by doubling. Four children lie side by side in memory, which makes it faster than a binary heap
 * (LaMarca and Ladner, The Influence of Caches on the Performance of Heaps, 1996).
 *
 * The same item may be in it more than once: whoever pops it a second time skips it. That beats
 * decreasing keys in place on sparse graphs (Chen, Chowdhury, Ramachandran, Lan Roche and Tong,
 * Priority Queues and Dijkstra's Algorithm, 2007). O(log n) for each push and pop; of equal costs the fewest
 * hops come first, then as the order of pushes has it.
 */
export class MinHeap implements MonotoneQueue {
  size = 0;
  #costs = new Float64Array(INITIAL);
  #hops = new Uint32Array(INITIAL);
  #items = new Uint32Array(INITIAL);

  push(cost: number, hops: number, item: number): void {
    if (this.size === this.#items.length) this.#grow();
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (!this.#isAfter(parent, cost, hops)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, cost, hops, item);
  }

  least(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#costs[0] ?? 0);
  }

  peek(): number {
    return this.size === 0 ? -1 : (this.#items[0] ?? 0);
  }

  /** The lowest item, which is taken out; -1 if there is none. */
  pop(): number {
    if (this.size === 0) return -1;
    const top = this.#items[0] ?? 0;
    const last = --this.size;
    const cost = this.#costs[last] ?? 0;
    const hops = this.#hops[last] ?? 0;
    let at = 0;
    for (let first = 1; first < last; first = 4 * at + 1) {
      const child = this.#lowest(first, Math.min(first + 4, last));
      if (this.#isAfter(child, cost, hops)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, cost, hops, this.#items[last] ?? 0);
    return top;
  }

  clear(): void {
    this.size = 0;
  }

  /** The lowest entry from `first` up to `end`. */
  #lowest(first: number, end: number): number {
    let lowest = first;
    for (let at = first + 1; at < end; at++) {
      if (this.#isAfter(lowest, this.#costs[at] ?? 0, this.#hops[at] ?? 0)) lowest = at;
    }
    return lowest;
  }

  /** Whether the entry at `at` comes strictly after one with these keys. */
  #isAfter(at: number, cost: number, hops: number): boolean {
    const other = this.#costs[at] ?? 0;
    return other > cost || (other === cost && (this.#hops[at] ?? 0) > hops);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#costs[from] ?? 0, this.#hops[from] ?? 0, this.#items[from] ?? 0);
  }

  #set(at: number, cost: number, hops: number, item: number): void {
    this.#costs[at] = cost;
    this.#hops[at] = hops;
    this.#items[at] = item;
  }

  #grow(): void {
    this.#costs = doubled(this.#costs, new Float64Array(this.#costs.length * 2));
    this.#hops = doubled(this.#hops, new Uint32Array(this.#hops.length * 2));
    this.#items = doubled(this.#items, new Uint32Array(this.#items.length * 2));
  }
}

const INITIAL = 256;

function doubled<T extends { set(from: ArrayLike<number>): void } & ArrayLike<number>>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}
