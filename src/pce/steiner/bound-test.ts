import { CostHeap } from "./cost-heap.ts";
import type { DualAscent } from "./dual-ascent.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/** A dual ascent, and what it leaves unpaid of the cheapest ways between nodes and terminals. */
export interface AscentBound {
  readonly ascent: DualAscent;
  /** From the root to each node. */
  readonly fromRoot: Float64Array;
  /** From each node to the nearest terminal but the root. */
  readonly toOthers: Float64Array;
}

/** O((V + E) log V). */
export function ascentBound(graph: SteinerGraph, ascent: DualAscent): AscentBound {
  const { reduced, root } = ascent;
  const others = graph.terminals.filter((node) => node !== root);
  return {
    ascent,
    fromRoot: spread(graph, [root], (slot) => reduced[mate(graph, slot)] ?? 0),
    toOthers: spread(graph, others, (slot) => reduced[slot] ?? 0),
  };
}

/**
 * The edges that no tree of cost `most` or less has: the bound of a dual ascent, and what it costs
 * beyond that to come from the root by the edge to another terminal, are more (reduced cost fixing:
 * Polzin and Vahdati Daneshmand, Improved Algorithms for the Steiner Problem in Networks, 2001,
 * section 3.3). O(E). Every such tree is left; the edges are in ascending order.
 */
export function useless(graph: SteinerGraph, bound: AscentBound, most: number): readonly number[] {
  const { fromRoot, toOthers } = bound;
  const { reduced, lowerBound } = bound.ascent;
  const { edgeCount, a, b, slotOf } = graph;
  const isUseless = (tail: number, head: number, arc: number): boolean => {
    const entering = reduced[slotOf[arc ^ 1] ?? 0] ?? 0;
    return lowerBound + (fromRoot[tail] ?? 0) + entering + (toOthers[head] ?? 0) > most;
  };
  const found: number[] = [];
  for (let edge = 0; edge < edgeCount; edge++) {
    const [x, y] = [a[edge] ?? 0, b[edge] ?? 0];
    if (isUseless(x, y, 2 * edge) && isUseless(y, x, 2 * edge + 1)) found.push(edge);
  }
  return found;
}

/** The slot of the same edge at its other end. */
function mate({ arcs, slotOf }: SteinerGraph, slot: number): number {
  return slotOf[(arcs[slot] ?? 0) ^ 1] ?? 0;
}

/** The cost of the cheapest way between one of `sources` and each node; `costOf` is of slots. */
function spread(
  { nodeCount, offsets, heads }: SteinerGraph,
  sources: Iterable<number>,
  costOf: (slot: number) => number,
): Float64Array {
  const distances = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
  const heap = new CostHeap();
  for (const node of sources) {
    distances[node] = 0;
    heap.push(0, node);
  }
  while (heap.size > 0) {
    const cost = heap.lowest;
    const node = heap.pop();
    if (cost > (distances[node] ?? 0)) continue;
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      const head = heads[slot] ?? 0;
      const way = cost + costOf(slot);
      if (way >= (distances[head] ?? 0)) continue;
      distances[head] = way;
      heap.push(way, head);
    }
  }
  return distances;
}
