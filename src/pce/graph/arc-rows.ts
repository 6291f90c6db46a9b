import { type Graph, headOf, metricOf } from "./graph.ts";
import { TICKS } from "./ticks.ts";
import { zonesOf } from "./zones.ts";

/**
 * The arcs that leave each node in the order in which a search by zones wants them: the ones with
 * the least approach first, of equals the lower. Those of node `n` have the places from
 * `graph.offsets[n]` up to `graph.offsets[n + 1]`, as in `graph.arcs`.
 */
export interface ArcRows {
  /** The arc at each place. */
  readonly arcs: Uint32Array;
  /** The place of `graph.arcs[at]`, for each position `at`. */
  readonly places: Uint32Array;
}

/** The rows of `graph`, sorted once: O(E log E). */
export function arcRowsOf(graph: Graph): ArcRows {
  const known = rows.get(graph);
  if (known !== undefined) return known;
  const made = sorted(graph);
  rows.set(graph, made);
  return made;
}

/** What it costs at least to come along `arc` to the zone around its head, in ticks. */
export function leastApproach(graph: Graph, arc: number): number {
  return metricOf(graph, arc >> 1) * TICKS - (zonesOf(graph)[headOf(graph, arc)] ?? 0);
}

const rows = new WeakMap<Graph, ArcRows>();

function sorted(graph: Graph): ArcRows {
  const approaches = Float64Array.from(graph.arcs, (arc) => leastApproach(graph, arc));
  /** The position of what is at each place. */
  const positions = Uint32Array.from(graph.arcs.keys());
  for (let node = 0; node < graph.nodeIds.length; node++) {
    const row = positions.subarray(graph.offsets[node], graph.offsets[node + 1]);
    row.sort((x, y) => (approaches[x] ?? 0) - (approaches[y] ?? 0) || x - y);
  }
  const places = new Uint32Array(positions.length);
  for (const [place, at] of positions.entries()) places[at] = place;
  return { arcs: positions.map((at) => graph.arcs[at] ?? 0), places };
}
