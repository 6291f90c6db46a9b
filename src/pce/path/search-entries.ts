/**
 * The ways to nodes that a search has come across, by their place, side by side in one piece of memory that
 * grows by doubling. Places are given out in order, and all are free again once `count` is zero.
 *
 * The cost of the way at place `p`, in ticks, is `costs[4 * p]`; in `words`, from `8 * p` on, are that cost (two
 * words), then the node to which it comes, its hops, the cell of its last arc (-1 where the search began), the place
 * of the way that it goes on from, and the number of the entry below it, where it waits.
 */
export class SearchEntries {
  count = 0;
  costs: Float64Array<ArrayBuffer> = new Float64Array(4 * INITIAL);
  words: Int32Array = new Int32Array(this.costs.buffer);

  /** Makes room for so many more than `count`. */
  grow(count: number, more: number): void {
    const costs = new Float64Array(8 * (count + more));
    costs.set(this.costs);
    this.costs = costs;
    this.words = new Int32Array(costs.buffer);
  }

  nodeOf(place: number): number {
    return this.words[8 * place + 2] ?? 0;
  }

  hopsOf(place: number): number {
    return this.words[8 * place + 3] ?? 0;
  }

  cellOf(place: number): number {
    return this.words[8 * place + 4] ?? -1;
  }

  beforeOf(place: number): number {
    return this.words[8 * place + 5] ?? 0;
  }

  costOf(place: number): number {
    return this.costs[4 * place] ?? 0;
  }
}

const INITIAL = 1024;
