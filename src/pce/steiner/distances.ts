import { CostHeap } from "./cost-heap.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * The cost of a cheapest path from the nearest of `sources` to each node, infinity where there is none; with `limit`,
 * also where it would cost more. `costs` are of slots, by which a path leaves a node. Dijkstra (1959) with a binary heap:
 * O((V + E) log V). Exact; ways that cost the same make no difference to it.
 */
export function distancesFrom(
  { nodeCount, offsets, heads }: SteinerGraph,
  sources: Iterable<number>,
  costs: Float64Array,
  limit: number = Number.POSITIVE_INFINITY,
): Float64Array {
  const distances = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
  const heap = startingAt(sources, distances);
  while (heap.size > 0) {
    const cost = heap.lowest;
    const node = heap.pop();
    if (cost > (distances[node] ?? 0)) continue;
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) {
      const head = heads[slot] ?? 0;
      const way = cost + (costs[slot] ?? 0);
      if (way >= (distances[head] ?? 0) || way > limit) continue;
      distances[head] = way;
      heap.push(way, head);
    }
  }
  return distances;
}

function startingAt(sources: Iterable<number>, distances: Float64Array): CostHeap {
  const heap = new CostHeap();
  for (const source of sources) {
    distances[source] = 0;
    heap.push(0, source);
  }
  return heap;
}
