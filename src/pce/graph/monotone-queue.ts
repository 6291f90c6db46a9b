/** A priority queue of numbered items whose costs never fall below the last one taken out. */
export interface MonotoneQueue {
  /** Puts `item` in; it may be in already. `hops` may order items of equal cost, or not. */
  push(cost: number, hops: number, item: number): void;
  /** The lowest cost, or the whole number below it; `Infinity` if there is none. */
  least(): number;
  /** An item of which `least` tells; -1 if there is none. */
  peek(): number;
  /** Takes out the item that `peek` gives. */
  pop(): number;
  /** Takes out everything; costs from now on are `least` or more. */
  clear(least: number): void;
}
