import type { BenchGraph } from "../p2p/graphs.ts";

/** Links of a tree by their places in the graph. */
type Tree = readonly number[];

/**
 * What hose traffic of equal rates between `nodes` holds on a tree: sum of metric times rates.
 * Infinite if a link holds more than `room` of these rates each way.
 */
export function hoseValue(
  graph: BenchGraph,
  tree: Tree,
  nodes: readonly number[],
  room = Number.POSITIVE_INFINITY,
): number {
  return tree.reduce((total, link) => {
    const [a, , metric] = graph.links[link] ?? [0, 0, 0];
    const near = joined(
      graph,
      tree.filter((other) => other !== link),
      a,
    );
    const side = nodes.filter((node) => near.has(node)).length;
    const load = Math.min(side, nodes.length - side);
    return load > room ? Number.POSITIVE_INFINITY : total + 2 * metric * load;
  }, 0);
}

/** The least that any tree between `nodes` holds, infinite if none fits; all sets of links are tried. */
export function leastHoseValue(graph: BenchGraph, nodes: readonly number[], room: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let bits = 0; bits < 2 ** graph.links.length; bits++) {
    const tree = [...graph.links.keys()].filter((link) => (bits >> link) & 1);
    const all = joined(graph, tree, nodes[0] ?? 0);
    const isTree = tree.length === all.size - 1 && nodes.every((node) => all.has(node));
    if (isTree) least = Math.min(least, hoseValue(graph, tree, nodes, room));
  }
  return least;
}

/** The shortest paths from the first of `nodes` to the others: what a star heuristic makes. */
export function starTree(graph: BenchGraph, nodes: readonly number[]): Tree {
  const [root = 0, ...others] = nodes;
  const costs = new Float64Array(graph.nodeCount).fill(Number.POSITIVE_INFINITY);
  const via = new Int32Array(graph.nodeCount).fill(-1);
  costs[root] = 0;
  // Bellman (1958) and Ford: a few rounds, in few lines.
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const [link, [a, b, metric]] of graph.links.entries()) {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        const cost = (costs[from] ?? 0) + metric;
        if (cost >= (costs[to] ?? 0)) continue;
        [costs[to], via[to], isChanged] = [cost, link, true];
      }
    }
  }
  const tree = new Set<number>();
  for (const node of others) {
    for (let at = node; at !== root; ) {
      const link = via[at] ?? -1;
      const [a, b] = graph.links[link] ?? [root, root];
      tree.add(link);
      at = a === at ? b : a;
    }
  }
  return [...tree];
}

function joined(graph: BenchGraph, links: Tree, start: number): ReadonlySet<number> {
  const at = new Map<number, number[]>();
  for (const link of links) {
    const [a, b] = graph.links[link] ?? [0, 0];
    at.set(a, [...(at.get(a) ?? []), b]);
    at.set(b, [...(at.get(b) ?? []), a]);
  }
  const found = new Set([start]);
  for (const node of found) for (const next of at.get(node) ?? []) found.add(next);
  return found;
}
