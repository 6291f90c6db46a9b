import { distancesFrom } from "./distances.ts";
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
  const { arcs, slotOf } = graph;
  const onward = reduced.map((_, slot) => reduced[slotOf[(arcs[slot] ?? 0) ^ 1] ?? 0] ?? 0);
  const others = graph.terminals.filter((node) => node !== root);
  return {
    ascent,
    fromRoot: distancesFrom(graph, [root], onward),
    toOthers: distancesFrom(graph, others, reduced),
  };
}

/**
 * By slot: 1 if no tree of cost `most` or less that leads away from the root has the arc that enters the slot's node from
 * its head: the bound of a dual ascent, and what it costs beyond that to come from the root by the arc to another
 * terminal, are more (reduced cost fixing: Polzin and Vahdati Daneshmand, Improved Algorithms for the
 * Steiner Problem in Networks, 2001, section 3.3). O(E). Every such tree is left.
 */
export function uselessArcs(graph: SteinerGraph, bound: AscentBound, most: number): Uint8Array {
  const { fromRoot, toOthers } = bound;
  const { reduced, lowerBound } = bound.ascent;
  const { nodeCount, offsets, heads } = graph;
  const isUseless = new Uint8Array(heads.length);
  for (let node = 0; node < nodeCount; node++) {
    const onward = lowerBound + (toOthers[node] ?? 0);
    for (let slot = offsets[node] ?? 0; slot < (offsets[node + 1] ?? 0); slot++) {
      const cost = onward + (fromRoot[heads[slot] ?? 0] ?? 0) + (reduced[slot] ?? 0);
      if (cost > most) isUseless[slot] = 1;
    }
  }
  return isUseless;
}

/** The edges that no tree of cost `most` or less has, either way ({@link uselessArcs}); ascending. */
export function useless(graph: SteinerGraph, bound: AscentBound, most: number): readonly number[] {
  const { edgeCount, slotOf } = graph;
  const isUseless = uselessArcs(graph, bound, most);
  const found: number[] = [];
  for (let edge = 0; edge < edgeCount; edge++) {
    if (isUseless[slotOf[2 * edge] ?? 0] && isUseless[slotOf[2 * edge + 1] ?? 0]) found.push(edge);
  }
  return found;
}
