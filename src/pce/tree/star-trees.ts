import { reach, wayTo } from "../path/shortest-path.ts";
import { contracted, type SteinerQuery } from "./steiner.ts";
import { nodesOf, pruned, spanningForest, type Terminals } from "./tree.ts";

/** How many roots are tried. */
export const MAX_ROOTS = 4;

/**
 * Shortest-path trees from the nodes that are nearest to all terminals, where near means a low sum
 * over terminals of rate times distance. The best of these sums is what the cheapest tree for
 * symmetric hose traffic reserves, and the tree of its root is one (Gupta, Kleinberg, Kumar, Rastogi
 * and Yener, Provisioning a Virtual Private Network: A Network Design Problem for Multicommodity
 * Flow, STOC 2001, section 3). In O(k E log E). Ties go to lower roots.
 */
export function starTrees(
  query: SteinerQuery,
  terminals: Terminals,
): readonly (readonly number[])[] {
  const { graph, kept } = query;
  const search = contracted(query);
  const sums = new Float64Array(graph.nodeIds.length);
  for (const [node, { rate }] of terminals) {
    const { costs } = reach(search, [node]);
    for (const [at, cost] of costs.entries()) sums[at] = (sums[at] ?? 0) + rate * cost;
  }
  const needed = new Set([...terminals.keys(), ...nodesOf(graph, kept)]);
  return lowestOf(sums, MAX_ROOTS).map((root) => {
    const ways = reach(search, [root]);
    const links = [...terminals.keys()].flatMap((node) => wayTo(graph, ways, node));
    const forest = spanningForest(
      query,
      links.map((arc) => arc >> 1),
      kept,
    );
    return pruned(graph, forest, (node) => needed.has(node));
  });
}

/** The positions of the `count` lowest finite values. */
function lowestOf(values: Float64Array, count: number): readonly number[] {
  const order = [...values.keys()].filter((at) => Number.isFinite(values[at]));
  return order.sort((x, y) => (values[x] ?? 0) - (values[y] ?? 0) || x - y).slice(0, count);
}
