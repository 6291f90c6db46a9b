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
  /** The terminal outside the set of the last {@link bound} that is nearest to its node, and how far it is. */
  nearestAt = 0;
  nearest: number = Number.POSITIVE_INFINITY;
  /** By node, and then by terminal: how far they are apart. */
  readonly #distances: Float64Array;
  readonly #count: number;
  /** By set: half the spanning tree of the rest; negative until it is known. */
  readonly #halfTrees: Float64Array;
  readonly #between: readonly (readonly number[])[];

  constructor(terminals: Int32Array, distances: readonly Float64Array[]) {
    const nodeCount = distances[0]?.length ?? 0;
    this.#count = distances.length;
    this.#distances = new Float64Array(nodeCount * this.#count);
    for (const [terminal, from] of distances.entries()) {
      for (let node = 0; node < nodeCount; node++) {
        this.#distances[node * this.#count + terminal] = from[node] ?? 0;
      }
    }
    this.#halfTrees = new Float64Array(1 << (terminals.length - 1)).fill(-1);
    this.#between = distances.map((from) => Array.from(terminals, (node) => from[node] ?? 0));
  }

  /** At least what joins `node` to all terminals outside `set`. */
  bound(node: number, set: number): number {
    const distances = this.#distances;
    const start = node * this.#count;
    let nearest = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    let nearestAt = 0;
    for (let terminal = 0; terminal < this.#count; terminal++) {
      if ((set >> terminal) & 1) continue;
      const distance = distances[start + terminal] ?? 0;
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        nearestAt = terminal;
      } else if (distance < second) second = distance;
    }
    this.nearest = nearest;
    this.nearestAt = nearestAt;
    if (second === Number.POSITIVE_INFINITY) return nearest;
    return (nearest + second) / 2 + this.#halfTree(set);
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
    const open = [...this.#between.keys()].filter((index) => !((set >> index) & 1));
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
