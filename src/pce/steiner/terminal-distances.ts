import { CostHeap } from "./cost-heap.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Upper bounds on the special distance of two nodes, by terminals: there is a way between them on which
 * each part between two terminals costs no more than that (Duin and Volgenant, 1989). From the nearest
 * terminals of both, and the bottleneck between those in a spanning tree of the terminals (Polzin and
 * Vahdati Daneshmand, 2001, section 3.1). O((V + E) log V) to set up, O(log V) for each bound or so.
 * Never less than the special distance; of terminals as near as each other, those come to first count.
 */
export class TerminalDistances {
  readonly #near: NearTerminals;
  readonly #bottlenecks: Bottlenecks;

  constructor(graph: SteinerGraph) {
    this.#near = new NearTerminals(graph);
    this.#bottlenecks = bottlenecks(graph, this.#near);
  }

  /** No less than the special distance of two nodes; infinity where that is not less than `limit`. */
  bound(left: number, right: number, limit: number): number {
    const { terminals, distances } = this.#near;
    let best = limit;
    for (let x = NEAR * left; x < NEAR * left + NEAR && (distances[x] ?? 0) < best; x++) {
      for (let y = NEAR * right; y < NEAR * right + NEAR && (distances[y] ?? 0) < best; y++) {
        const between = bottleneckOf(this.#bottlenecks, terminals[x] ?? 0, terminals[y] ?? 0);
        best = Math.min(best, Math.max(distances[x] ?? 0, distances[y] ?? 0, between));
      }
    }
    return best < limit ? best : Number.POSITIVE_INFINITY;
  }
}

/** How many terminals of each node are looked at. */
const NEAR = 3;

/** Dijkstra from all terminals at once, in which each node is settled by the nearest three. */
class NearTerminals {
  /** Of each node its nearest terminals, and how far they are; where there are fewer, infinity. */
  readonly terminals: Int32Array;
  readonly distances: Float64Array;
  readonly #graph: SteinerGraph;
  readonly #heap = new CostHeap();
  /** What the items of the heap stand for. */
  readonly #nodes: number[] = [];
  readonly #sources: number[] = [];

  constructor(graph: SteinerGraph) {
    this.#graph = graph;
    this.terminals = new Int32Array(NEAR * graph.nodeCount).fill(-1);
    this.distances = new Float64Array(NEAR * graph.nodeCount).fill(Number.POSITIVE_INFINITY);
    for (const terminal of graph.terminals) this.#push(0, terminal, terminal);
    while (this.#heap.size > 0) this.#settle();
  }

  #settle(): void {
    const { offsets, heads, slotCosts } = this.#graph;
    const cost = this.#heap.lowest;
    const item = this.#heap.pop();
    const [node, terminal] = [this.#nodes[item] ?? 0, this.#sources[item] ?? 0];
    const place = this.#freePlace(node, terminal);
    if (place < 0) return;
    this.terminals[place] = terminal;
    this.distances[place] = cost;
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      this.#push(cost + (slotCosts[slot] ?? 0), heads[slot] ?? 0, terminal);
    }
  }

  #push(cost: number, node: number, terminal: number): void {
    if (this.#freePlace(node, terminal) < 0) return;
    this.#heap.push(cost, this.#nodes.length);
    this.#nodes.push(node);
    this.#sources.push(terminal);
  }

  /** Where another terminal of `node` goes; -1 if there is no place, or it is there. */
  #freePlace(node: number, terminal: number): number {
    for (let place = NEAR * node; place < NEAR * node + NEAR; place++) {
      if (this.terminals[place] === terminal) return -1;
      if (this.terminals[place] === -1) return place;
    }
    return -1;
  }
}

/**
 * The dearest edge on the way between two terminals in a minimum spanning tree of them all (Mehlhorn,
 * 1988): each leads up to another terminal at a cost, such that the dearest on the way is that; infinity at the top.
 */
interface Bottlenecks {
  readonly up: Int32Array;
  readonly costs: Float64Array;
}

function bottlenecks(graph: SteinerGraph, near: NearTerminals): Bottlenecks {
  const { a, b, nodeCount } = graph;
  const ways = graph.costs.map((cost, edge) => {
    const [x, y] = [NEAR * (a[edge] ?? 0), NEAR * (b[edge] ?? 0)];
    return (near.distances[x] ?? 0) + cost + (near.distances[y] ?? 0);
  });
  const forest = new Joining(nodeCount);
  for (const edge of [...ways.keys()].sort((x, y) => (ways[x] ?? 0) - (ways[y] ?? 0))) {
    const left = near.terminals[NEAR * (a[edge] ?? 0)] ?? -1;
    const right = near.terminals[NEAR * (b[edge] ?? 0)] ?? -1;
    if (left >= 0 && right >= 0) forest.join(left, right, ways[edge] ?? 0);
  }
  return forest;
}

/** Disjoint sets that remember at which cost they were joined: the lower top goes under the higher. */
class Joining implements Bottlenecks {
  readonly up: Int32Array;
  readonly costs: Float64Array;
  readonly #heights: Int32Array;

  constructor(size: number) {
    this.up = new Int32Array(size).fill(-1);
    this.costs = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.#heights = new Int32Array(size);
  }

  join(left: number, right: number, cost: number): void {
    const [x, y] = [this.#top(left), this.#top(right)];
    if (x === y) return;
    const [hx, hy] = [this.#heights[x] ?? 0, this.#heights[y] ?? 0];
    const [low, high] = hx <= hy ? [x, y] : [y, x];
    this.up[low] = high;
    this.costs[low] = cost;
    this.#heights[high] = Math.max(hx, hy, Math.min(hx, hy) + 1);
  }

  #top(node: number): number {
    let at = node;
    for (let up = this.up[at] ?? -1; up >= 0; up = this.up[at] ?? -1) at = up;
    return at;
  }
}

/** Costs only grow on the way up, so the cheaper step is taken until both have met. */
function bottleneckOf({ up, costs }: Bottlenecks, left: number, right: number): number {
  let x = left;
  let y = right;
  let dearest = 0;
  while (x !== y && dearest < Number.POSITIVE_INFINITY) {
    const costX = costs[x] ?? 0;
    const costY = costs[y] ?? 0;
    dearest = Math.min(costX, costY);
    if (costX <= costY) x = up[x] ?? -1;
    else y = up[y] ?? -1;
  }
  return dearest;
}
