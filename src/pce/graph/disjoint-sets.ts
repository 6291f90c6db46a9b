/**
 * Disjoint sets of the numbers below a size; each number is a set of its own at first.
 *
 * Union by size with path halving (Tarjan and van Leeuwen, Worst-Case Analysis of Set Union Algorithms,
 * 1984): practically constant time. Of equal sizes the second goes under the first.
 */
export class DisjointSets {
  readonly #parents: Int32Array;
  readonly #sizes: Int32Array;

  constructor(size: number) {
    this.#parents = new Int32Array(size);
    for (let index = 0; index < size; index++) this.#parents[index] = index;
    this.#sizes = new Int32Array(size).fill(1);
  }

  /** The number that stands for the set of `x`. */
  find(x: number): number {
    let at = x;
    for (let up = this.#parents[at] ?? at; up !== at; up = this.#parents[at] ?? at) {
      const above = this.#parents[up] ?? up;
      this.#parents[at] = above;
      at = above;
    }
    return at;
  }

  /** Makes one set of those of `x` and `y`; says whether they were two. */
  unite(x: number, y: number): boolean {
    const [left, right] = [this.find(x), this.find(y)];
    if (left === right) return false;
    const [small, large] = this.#sizeOf(left) < this.#sizeOf(right) ? [left, right] : [right, left];
    this.#parents[small] = large;
    this.#sizes[large] = this.#sizeOf(large) + this.#sizeOf(small);
    return true;
  }

  #sizeOf(root: number): number {
    return this.#sizes[root] ?? 0;
  }
}
