/**
 * The ways to nodes that a search has come across, in arrays by their place; they grow by doubling.
 * Places are given out in order, and all are free again once `count` is zero.
 */
export class SearchEntries {
  count = 0;
  /** The node to which each comes. */
  nodes: Int32Array = new Int32Array(INITIAL);
  /** What it costs to come there, in ticks. */
  costs: Float64Array = new Float64Array(INITIAL);
  hops: Int32Array = new Int32Array(INITIAL);
  /** The cell of the last arc; -1 where the search began. */
  via: Int32Array = new Int32Array(INITIAL);
  /** The place of the way that it goes on from. */
  before: Int32Array = new Int32Array(INITIAL);
  /** The number of the entry below it, where it waits. */
  below: Int32Array = new Int32Array(INITIAL);

  /** Makes room for so many more than `count`. */
  grow(count: number, more: number): void {
    const size = 2 * (count + more);
    const grown = (old: Int32Array): Int32Array => {
      const array = new Int32Array(size);
      array.set(old);
      return array;
    };
    const costs = new Float64Array(size);
    costs.set(this.costs);
    this.costs = costs;
    this.nodes = grown(this.nodes);
    this.hops = grown(this.hops);
    this.via = grown(this.via);
    this.before = grown(this.before);
    this.below = grown(this.below);
  }
}

const INITIAL = 1024;
