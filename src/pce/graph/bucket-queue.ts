import type { MonotoneQueue } from "./monotone-queue.ts";

/**
 * A monotone queue for costs of which no two in it are more than a bound apart: a ring of buckets,
 * one for each whole number (Dial, Algorithm 360: Shortest-Path Forest with Topological Ordering,
 * 1969). All in O(1), but for the empty buckets that are passed over.
 *
 * Costs that differ by less than one come in any order. Where no step is shorter than that, a search
 * settles nodes once all the same (Denardo and Fox, Shortest-Route Methods: 1. Reaching, Pruning, and
 * Buckets, 1979), the last in first; elsewhere it may come back to one that it has gone on from too early.
 */
export class BucketQueue implements MonotoneQueue {
  /** The entry on top of each bucket; -1 if it is empty. */
  readonly #tops: Int32Array;
  readonly #mask: number;
  /** Of each entry: the one below it in its bucket, or -1. */
  #below = new Int32Array(INITIAL);
  #items = new Uint32Array(INITIAL);
  #entries = 0;
  #size = 0;
  #cursor = 0;

  /** No two costs will ever be more than `span` apart. */
  constructor(span: number) {
    const buckets = 2 ** Math.ceil(Math.log2(span + 2));
    this.#tops = new Int32Array(buckets).fill(-1);
    this.#mask = buckets - 1;
  }

  push(cost: number, _hops: number, item: number): void {
    const entry = this.#entries++;
    if (entry === this.#items.length) this.#grow();
    const bucket = Math.floor(cost) & this.#mask;
    this.#items[entry] = item;
    this.#below[entry] = this.#tops[bucket] ?? -1;
    this.#tops[bucket] = entry;
    this.#size++;
  }

  least(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    while (this.#tops[this.#cursor & this.#mask] === -1) this.#cursor++;
    return this.#cursor;
  }

  peek(): number {
    if (this.#size === 0) return -1;
    return this.#items[this.#tops[this.least() & this.#mask] ?? 0] ?? 0;
  }

  pop(): number {
    if (this.#size === 0) return -1;
    const bucket = this.least() & this.#mask;
    const entry = this.#tops[bucket] ?? 0;
    this.#tops[bucket] = this.#below[entry] ?? -1;
    this.#size--;
    return this.#items[entry] ?? 0;
  }

  clear(least: number): void {
    if (this.#size > 0) this.#tops.fill(-1);
    this.#size = 0;
    this.#entries = 0;
    this.#cursor = Math.floor(least);
  }

  #grow(): void {
    const [below, items] = [this.#below, this.#items];
    this.#below = new Int32Array(2 * below.length);
    this.#items = new Uint32Array(2 * items.length);
    this.#below.set(below);
    this.#items.set(items);
  }
}

const INITIAL = 1024;
