/**
 * Lower bounds on what it costs to join a node and all terminals that a set lacks: half the cheapest
 * way from the node to two of them and half a minimum spanning tree of them all, which no tour around
 * a tree can beat (the one-tree bound of Hougardy, Silvanus and Vygen, Dijkstra meets Steiner, 2017,
 * section 3.3). It falls along an edge by no more than the edge costs, as a label-setting search needs.
 *
 * Sets are of the terminals but the last, which none of them has. O(k) for each bound, and O(k^2) once
 * for each set.
 */
export class FutureCost {
  /** The distance of each terminal from each node. */
  readonly #distances: readonly Float64Array[];
  /** By set: half the spanning tree of the rest; negative until it is known. */
  readonly #halfTrees: Float64Array;
  readonly #between: readonly (readonly number[])[];

  constructor(terminals: Int32Array, distances: readonly Float64Array[]) {
    this.#distances = distances;
    this.#halfTrees = new Float64Array(1 << (terminals.length - 1)).fill(-1);
    this.#between = distances.map((from) => Array.from(terminals, (node) => from[node] ?? 0));
  }

  /** At least what joins `node` to all terminals outside `set`. */
  bound(node: number, set: number): number {
    const count = this.#distances.length;
    let nearest = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (let terminal = 0; terminal < count; terminal++) {
      if ((set >> terminal) & 1) continue;
      const distance = this.#distances[terminal]?.[node] ?? 0;
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
      } else if (distance < second) second = distance;
    }
    if (second === Number.POSITIVE_INFINITY) return nearest;
    return (nearest + second) / 2 + this.#halfTree(set);
  }

  /** The distance from `node` to the nearest terminal outside `set`, and which that is. */
  nearestOutside(node: number, set: number): { readonly distance: number; readonly at: number } {
    let distance = Number.POSITIVE_INFINITY;
    let at = 0;
    for (const [terminal, from] of this.#distances.entries()) {
      if ((set >> terminal) & 1 || (from[node] ?? 0) >= distance) continue;
      distance = from[node] ?? 0;
      at = terminal;
    }
    return { distance, at };
  }

  #halfTree(set: number): number {
    const known = this.#halfTrees[set] ?? 0;
    if (known >= 0) return known;
    const half = this.#spanningTree(set) / 2;
    this.#halfTrees[set] = half;
    return half;
  }

  /** What a minimum spanning tree of the terminals outside `set` costs (Prim, 1957). */
  #spanningTree(set: number): number {
    const open = this.#distances.map((_, index) => index).filter((index) => !((set >> index) & 1));
    let cost = 0;
    let from = open.pop() ?? 0;
    const costs = open.map(() => Number.POSITIVE_INFINITY);
    while (open.length > 0) {
      let best = 0;
      for (const [at, terminal] of open.entries()) {
        costs[at] = Math.min(costs[at] ?? 0, this.#between[from]?.[terminal] ?? 0);
        if ((costs[at] ?? 0) < (costs[best] ?? 0)) best = at;
      }
      cost += costs[best] ?? 0;
      from = open[best] ?? 0;
      open.splice(best, 1);
      costs.splice(best, 1);
    }
    return cost;
  }
}
