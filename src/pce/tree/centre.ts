import { endsOf, type Graph } from "../graph/graph.ts";
import { extend, reach, wayTo } from "../path/shortest-path.ts";

/** A point on a link, from which the farthest of some nodes is as near as can be. */
export interface Centre {
  readonly link: number;
  /** How far the point is from where the link begins. */
  readonly along: number;
  /** How far the farthest of the nodes is. */
  readonly radius: number;
}

/**
 * The centre of `nodes` by the lengths of links; infinite ones are not there. `undefined` if no links
 * join them, or there is but one.
 *
 * No tree joins the nodes so that any two are nearer to each other than twice the radius: the middle of
 * its longest way is a point from which all are within half of that. And there is one where none are
 * farther apart, {@link centreTree}: the absolute centre of Hakimi (Optimum Locations of Switching
 * Centers and the Absolute Centers and Medians of a Graph, 1964), and why it gives trees of least diameter
 * (Hassin and Tamir, On the Minimum Diameter Spanning Tree Problem, 1995). O(k E log E) for k nodes.
 * Ties go to lower links.
 */
export function centreOf(
  graph: Graph,
  lengths: Float64Array,
  nodes: readonly number[],
): Centre | undefined {
  if (nodes.length < 2) return undefined;
  const weight = (arc: number): number => lengths[arc >> 1] ?? 0;
  const distances = nodes.map((node) => reach({ graph, weight }, [node]).costs);
  let best: Centre | undefined;
  for (const [link, length] of lengths.entries()) {
    if (length === Number.POSITIVE_INFINITY) continue;
    const [a, b] = endsOf(graph, link);
    const most = best?.radius ?? Number.POSITIVE_INFINITY;
    const isFar = distances.some((from) => Math.min(from[a] ?? 0, from[b] ?? 0) >= most);
    if (isFar) continue;
    const ways = distances.map((from) => [from[a] ?? 0, from[b] ?? 0] as const);
    const { along, radius } = centreOn(length, ways);
    if (radius < most) best = { link, along, radius };
  }
  return best;
}

/** How far apart two of `nodes` are at least in any tree; infinite if no links join them. */
export function leastDiameter(
  graph: Graph,
  lengths: Float64Array,
  nodes: readonly number[],
): number {
  if (nodes.length < 2) return 0;
  return 2 * (centreOf(graph, lengths, nodes)?.radius ?? Number.POSITIVE_INFINITY);
}

/**
 * The links of a tree that joins all of `needed`, and in which no two of `ends` among them are farther
 * apart than twice the radius of their centre: the shortest ways from there. `undefined` if there is none.
 */
export function centreTree(
  graph: Graph,
  lengths: Float64Array,
  { ends, needed }: { readonly ends: readonly number[]; readonly needed: readonly number[] },
): readonly number[] | undefined {
  const centre = centreOf(graph, lengths, ends);
  if (centre === undefined) return undefined;
  const { link, along } = centre;
  const [a, b] = endsOf(graph, link);
  const ways = {
    costs: new Float64Array(graph.nodeIds.length).fill(Number.POSITIVE_INFINITY),
    hops: new Uint32Array(graph.nodeIds.length),
    via: new Int32Array(graph.nodeIds.length).fill(-1),
  };
  ways.costs[a] = along;
  ways.costs[b] = (lengths[link] ?? 0) - along;
  extend({ graph, weight: (arc) => lengths[arc >> 1] ?? 0 }, ways, [a, b]);
  if (needed.some((node) => ways.costs[node] === Number.POSITIVE_INFINITY)) return undefined;
  const links = needed.flatMap((node) => wayTo(graph, ways, node)).map((arc) => arc >> 1);
  // Where another way from the one end to the other is shorter, the link would close a cycle.
  const isRoot = (node: number): boolean => ways.via[node] === -1;
  return isRoot(a) && isRoot(b) ? [link, ...links] : links;
}

/**
 * The best point on a link of this length, by how far each node is from its two ends. Those that are
 * farthest from the one end are come to by way of the other.
 */
function centreOn(
  length: number,
  ways: readonly (readonly [a: number, b: number])[],
): Omit<Centre, "link"> {
  const sorted = [...ways].sort(([x], [y]) => y - x);
  let best = { along: 0, radius: Number.POSITIVE_INFINITY };
  let farthestB = Number.NEGATIVE_INFINITY;
  for (let split = 0; split <= sorted.length; split++) {
    const farthestA = sorted[split]?.[0] ?? Number.NEGATIVE_INFINITY;
    const middle = (farthestB + length - farthestA) / 2;
    const along = Math.min(length, Math.max(0, middle));
    const radius = Math.max(farthestA + along, farthestB + length - along);
    if (radius < best.radius) best = { along, radius };
    farthestB = Math.max(farthestB, sorted[split]?.[1] ?? 0);
  }
  return best;
}
