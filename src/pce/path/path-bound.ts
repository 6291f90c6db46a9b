import { type Graph, headOf, tailOf } from "../graph/graph.ts";
import { extend, reach, type Weight } from "./shortest-path.ts";

/** What a path must pass besides its two ends; at most {@link MAX_STOPS}. */
export type Stop =
  | { readonly type: "node"; readonly node: number }
  | { readonly type: "link"; readonly link: number };

/** How many stops a path may be asked to make: they are told apart by the bits of a number. */
export const MAX_STOPS = 30;

/** The least of something additive (cost, hops, delay) that is still to come, by node. */
export interface PathBound {
  /** From each node to the target. */
  readonly direct: Float64Array;
  /** From each node by way of each stop to the target. */
  readonly through: readonly Float64Array[];
}

/** Where paths are to lead, and by way of what. */
export interface Course {
  readonly graph: Graph;
  readonly target: number;
  readonly stops: readonly Stop[];
}

/**
 * The bounds that {@link leastAhead} reads: a Dijkstra backward from the target, and one for each
 * stop that begins at the stop with what is to come from there (as Dumitrescu and Boland, 2003). No path has
 * less to come; along an arc a bound falls by no more than the arc has. O((V + E) log E) for each.
 */
export function boundOf({ graph, target, stops }: Course, weight: Weight): PathBound {
  const back: Weight = (arc) => weight(arc ^ 1);
  const direct = reach({ graph, weight: back }, [target]).costs;
  const through = stops.map((stop) => {
    const costs = new Float64Array(direct.length).fill(Number.POSITIVE_INFINITY);
    const origins = stop.type === "node" ? [stop.node] : [];
    if (stop.type === "node") costs[stop.node] = direct[stop.node] ?? 0;
    for (const arc of stop.type === "link" ? [2 * stop.link, 2 * stop.link + 1] : []) {
      const tail = tailOf(graph, arc);
      costs[tail] = Math.min(costs[tail] ?? 0, weight(arc) + (direct[headOf(graph, arc)] ?? 0));
      origins.push(tail);
    }
    const hops = new Uint32Array(direct.length);
    const via = new Int32Array(direct.length).fill(-1);
    extend({ graph, weight: back }, { costs, hops, via }, origins);
    return costs;
  });
  return { direct, through };
}

/** What is still to come from `node` at least, if the stops in the bits of `left` are to be made. */
export function leastAhead({ direct, through }: PathBound, node: number, left: number): number {
  let least = direct[node] ?? 0;
  for (let stop = 0, rest = left; rest !== 0; stop++, rest >>>= 1) {
    if ((rest & 1) === 1) least = Math.max(least, through[stop]?.[node] ?? 0);
  }
  return least;
}
