import type { Graph } from "./graph.ts";
import { TICKS } from "./ticks.ts";

/**
 * Of each node, how far around it there is nothing else, in ticks: the zones of two neighbours are
 * never more than the metric between them, so a path that passes one has to cross both.
 *
 * The zones of Jünger and Pulleyblank (Geometric Duality and Combinatorial Optimization, 1993). Half
 * the shortest link is one; each in turn, the lower nodes first, is then given what its neighbours leave.
 * O(E). They are never too wide; they may be narrower than could be.
 */
export function zonesOf(graph: Graph): Int32Array {
  const known = zones.get(graph);
  if (known !== undefined) return known;
  const made = compute(graph);
  zones.set(graph, made);
  return made;
}

const zones = new WeakMap<Graph, Int32Array>();

function compute(graph: Graph): Int32Array {
  const { offsets, arcs, heads, metrics, nodeIds } = graph;
  const lengths = metrics.map((metric) => Math.min(Math.floor(metric * TICKS), MOST));
  const own = new Int32Array(nodeIds.length);
  const left = (node: number): number => {
    let least = MOST;
    for (const arc of arcs.subarray(offsets[node], offsets[node + 1])) {
      least = Math.min(least, (lengths[arc >> 1] ?? 0) - (own[heads[arc] ?? 0] ?? 0));
    }
    return least;
  };
  own.set(own.map((_, node) => Math.floor(left(node) / 2)));
  for (let node = 0; node < own.length; node++) own[node] = left(node);
  return own;
}

/** More makes no difference. */
const MOST = 0x3fff_ffff;
