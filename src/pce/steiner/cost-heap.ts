/**
 * A binary min-heap of whole numbers by cost. An item may be in it more than once: whoever pops it
 * again at a higher cost skips it. Arrays grow by doubling. Williams, Algorithm 232: Heapsort (1964): O(log n)
 * for each push and pop; which of equal costs comes first depends on the order of pushes alone.
 */
export class CostHeap {
  size = 0;
  #costs = new Float64Array(INITIAL);
  #items = new Int32Array(INITIAL);

  /** The cost of the lowest item; infinity if there is none. */
  get lowest(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.#costs[0] ?? 0);
  }

  push(cost: number, item: number): void {
    if (this.size === this.#items.length) this.#grow();
    const costs = this.#costs;
    const items = this.#items;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = costs[parent] ?? 0;
      if (above <= cost) break;
      costs[at] = above;
      items[at] = items[parent] ?? 0;
      at = parent;
    }
    costs[at] = cost;
    items[at] = item;
  }

  /** The lowest item, which is taken out; -1 if there is none. */
  pop(): number {
    if (this.size === 0) return -1;
    const costs = this.#costs;
    const items = this.#items;
    const top = items[0] ?? 0;
    const last = --this.size;
    const cost = costs[last] ?? 0;
    let at = 0;
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && (costs[child + 1] ?? 0) < (costs[child] ?? 0)) child++;
      const below = costs[child] ?? 0;
      if (below >= cost) break;
      costs[at] = below;
      items[at] = items[child] ?? 0;
      at = child;
    }
    costs[at] = cost;
    items[at] = items[last] ?? 0;
    return top;
  }

  clear(): void {
    this.size = 0;
  }

  #grow(): void {
    const costs = new Float64Array(this.#costs.length * 2);
    const items = new Int32Array(this.#items.length * 2);
    costs.set(this.#costs);
    items.set(this.#items);
    this.#costs = costs;
    this.#items = items;
  }
}

const INITIAL = 64;
