import { reach, wayTo } from "../path/shortest-path.ts";
import { tidied } from "./relaxation.ts";
import type { TreeProblem } from "./tree-problem.ts";

/** How many roots are tried. */
export const MAX_ROOTS = 4;

/** Shortest-path trees of the best roots, and what they say of all trees. */
export interface Stars {
  readonly trees: readonly (readonly number[])[];
  /**
   * The least sum over endpoints of rate times distance to a root: no tree has a lower sum over links
   * of cost times the rate of the side that has less.
   */
  readonly lowerBound: number;
}

/**
 * Shortest-path trees from the nodes that are nearest to all endpoints, where near means a low sum
 * over endpoints of rate times distance. Twice the best of these sums is what the cheapest tree for
 * symmetric hose traffic reserves, and the tree of its root is one (Gupta, Kleinberg, Kumar, Rastogi
 * and Yener, Provisioning a Virtual Private Network: A Network Design Problem for Multicommodity
 * Flow, STOC 2001, section 3): exact where capacity does not bind and nobody may flood. One search from
 * each endpoint's node and each root: O(k E log E). Ties go to lower roots.
 */
export function starTrees(
  problem: TreeProblem,
  always: readonly number[],
  lengths: Float64Array,
): Stars {
  const { graph, ends, needed } = problem;
  const weight = (arc: number): number => lengths[arc >> 1] ?? 0;
  const sums = new Float64Array(graph.nodeIds.length);
  for (const [node, { rate }] of ends.terminals) {
    const ways = reach({ graph, weight }, [node]);
    for (let at = 0; at < sums.length; at++) {
      sums[at] = (sums[at] ?? 0) + rate * (ways.costs[at] ?? 0);
    }
  }
  const roots = lowestOf(sums, MAX_ROOTS);
  const trees = roots.flatMap((root) => {
    const ways = reach({ graph, weight }, [root]);
    if (needed.some((node) => ways.costs[node] === Number.POSITIVE_INFINITY)) return [];
    const links = needed.flatMap((node) => wayTo(graph, ways, node)).map((arc) => arc >> 1);
    return [tidied(problem, always, links)];
  });
  const [best] = roots;
  return { trees, lowerBound: best === undefined ? Number.POSITIVE_INFINITY : (sums[best] ?? 0) };
}

/** The positions of the `count` lowest finite values, the lowest first. */
function lowestOf(values: Float64Array, count: number): readonly number[] {
  const lowest: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (value === Number.POSITIVE_INFINITY || Number.isNaN(value)) continue;
    const isAfterAll = lowest.length === count && value >= (values[lowest[count - 1] ?? 0] ?? 0);
    if (isAfterAll) continue;
    const before = lowest.filter((other) => (values[other] ?? 0) <= value).length;
    lowest.splice(before, 0, at);
    if (lowest.length > count) lowest.pop();
  }
  return lowest;
}
