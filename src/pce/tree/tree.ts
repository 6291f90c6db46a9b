import type { Bandwidth } from "../../model/bandwidth.ts";
import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf, type Graph, headOf, metricOf, tailOf } from "../graph/graph.ts";
import type { Search, Weight } from "../path/shortest-path.ts";
import { edgeLoad, type Side } from "../plan/edge-load.ts";
import type { Traffic } from "../plan/plan.ts";

/** Which endpoints there are at each node that has any. */
export type Terminals = ReadonlyMap<number, Side>;

/** What a link of a tree must reserve in each direction, bit/s. */
export interface LinkLoad {
  readonly link: number;
  readonly forward: Bandwidth;
  readonly backward: Bandwidth;
}

/** What each link of the tree `links` must reserve for this traffic of its endpoints. O(n) for n links. */
export function treeLoads(
  graph: Graph,
  links: readonly number[],
  terminals: Terminals,
  traffic: Traffic,
): readonly LinkLoad[] {
  const all = sum([...terminals.values()]);
  const below = sidesBelow(graph, links, terminals);
  return links.map((link) => {
    const { arc, side } = below.get(link) ?? { arc: 2 * link, side: { rate: 0, count: 0 } };
    const rest = { rate: all.rate - side.rate, count: all.count - side.count };
    const down = edgeLoad(traffic, rest, side);
    const up = edgeLoad(traffic, side, rest);
    const isForward = (arc & 1) === 0;
    return { link, forward: isForward ? down : up, backward: isForward ? up : down };
  });
}

/** The links of `links` that are needed to join the terminals; `links` has no cycle. O(n), and unique. */
export function pruned(
  graph: Graph,
  links: readonly number[],
  isTerminal: (node: number) => boolean,
): readonly number[] {
  const kept = new Set(links);
  const at = incidence(graph, links);
  const leaves = [...at.keys()];
  for (let node = leaves.pop(); node !== undefined; node = leaves.pop()) {
    if (isTerminal(node)) continue;
    const own = (at.get(node) ?? []).filter((arc) => kept.has(arc >> 1));
    const [arc] = own;
    if (own.length !== 1 || arc === undefined) continue;
    kept.delete(arc >> 1);
    leaves.push(headOf(graph, arc));
  }
  return links.filter((link) => kept.has(link));
}

/**
 * A cheapest forest within `links` that joins whatever they join (Kruskal, 1956); ties go to the
 * lower link. `always`, which have no cycle, are in it in any case. O(n log n) for n links.
 */
export function spanningForest(
  { graph, weight }: Pick<Search, "graph" | "weight">,
  links: readonly number[],
  always: readonly number[] = [],
): readonly number[] {
  const sorted = [...new Set(links)].sort((x, y) => weight(2 * x) - weight(2 * y) || x - y);
  const index = new Map<number, number>();
  for (const link of [...always, ...sorted]) {
    for (const node of endsOf(graph, link)) if (!index.has(node)) index.set(node, index.size);
  }
  const sets = new DisjointSets(index.size);
  return [...always, ...sorted].filter((link) => {
    const [a, b] = endsOf(graph, link);
    return sets.unite(index.get(a) ?? 0, index.get(b) ?? 0);
  });
}

/** The length of the longest way between any two of `ends` on the tree `links`. O(k n) for k ends. */
export function longest(
  graph: Graph,
  links: readonly number[],
  ends: readonly number[],
  length: (link: number) => number,
): number {
  const at = incidence(graph, links);
  const farthest = ends.map((start) => {
    const { lengths } = waysFrom(graph, at, start, length);
    return Math.max(...ends.map((end) => lengths.get(end) ?? 0));
  });
  return Math.max(0, ...farthest);
}

/** How far each node of a tree is from another, and by which arc it is reached. */
export interface TreeWays {
  /** Nearer ones, by the number of links, come first. */
  readonly lengths: ReadonlyMap<number, number>;
  readonly via: ReadonlyMap<number, number>;
}

/** The ways from `start` on a tree; `at` says which of its arcs leave each node. */
export function waysFrom(
  graph: Graph,
  at: ReadonlyMap<number, readonly number[]>,
  start: number,
  length: (link: number) => number = () => 1,
): TreeWays {
  const lengths = new Map([[start, 0]]);
  const via = new Map<number, number>();
  for (const [node, before] of lengths) {
    for (const arc of at.get(node) ?? []) {
      const head = headOf(graph, arc);
      if (lengths.has(head)) continue;
      lengths.set(head, before + length(arc >> 1));
      via.set(head, arc);
    }
  }
  return { lengths, via };
}

/** The links on the way to `end`, the last one first. */
export function linksTo(graph: Graph, { via }: TreeWays, end: number): readonly number[] {
  const links: number[] = [];
  let arc = via.get(end);
  for (; arc !== undefined; arc = via.get(tailOf(graph, arc))) links.push(arc >> 1);
  return links;
}

/** How many of `links` meet at each of their nodes. */
export function degreesOf(graph: Graph, links: readonly number[]): ReadonlyMap<number, number> {
  const degrees = new Map<number, number>();
  for (const node of links.flatMap((link) => endsOf(graph, link))) {
    degrees.set(node, (degrees.get(node) ?? 0) + 1);
  }
  return degrees;
}

/** The sum of the metrics of `links`. */
export function costOf(graph: Graph, links: readonly number[]): number {
  return links.reduce((cost, link) => cost + metricOf(graph, link), 0);
}

/** The sum of what `links` weigh, the same both ways. */
export function totalWeight(links: readonly number[], weight: Weight): number {
  return links.reduce((total, link) => total + weight(2 * link), 0);
}

/** The nodes at which `links` end. */
export function nodesOf(graph: Graph, links: readonly number[]): ReadonlySet<number> {
  return new Set(links.flatMap((link) => endsOf(graph, link)));
}

/** The arcs of `links` that leave each node. */
export function incidence(graph: Graph, links: readonly number[]): ReadonlyMap<number, number[]> {
  const at = new Map<number, number[]>();
  for (const arc of links.flatMap((link) => [2 * link, 2 * link + 1])) {
    const tail = tailOf(graph, arc);
    const others = at.get(tail);
    if (others === undefined) at.set(tail, [arc]);
    else others.push(arc);
  }
  return at;
}

/** The endpoints on both sides together. */
export function sum(sides: readonly Side[]): Side {
  return sides.reduce(
    (total, side) => ({ rate: total.rate + side.rate, count: total.count + side.count }),
    { rate: 0, count: 0 },
  );
}

/** For each link, with the tree hung up at one node: its arc that runs down, and what is below. */
function sidesBelow(
  graph: Graph,
  links: readonly number[],
  terminals: Terminals,
): ReadonlyMap<number, { readonly arc: number; readonly side: Side }> {
  const below = new Map<number, { arc: number; side: Side }>();
  const sides = new Map(terminals);
  for (const arc of descent(graph, links).reverse()) {
    const side = sides.get(headOf(graph, arc)) ?? NOBODY;
    below.set(arc >> 1, { arc, side });
    const top = tailOf(graph, arc);
    sides.set(top, sum([sides.get(top) ?? NOBODY, side]));
  }
  return below;
}

/** The arcs of a tree that run away from one of its nodes, the nearer ones first. */
function descent(graph: Graph, links: readonly number[]): number[] {
  const [first] = links;
  if (first === undefined) return [];
  const at = incidence(graph, links);
  const order = [...(at.get(tailOf(graph, 2 * first)) ?? [])];
  for (const arc of order) {
    const onward = at.get(headOf(graph, arc)) ?? [];
    order.push(...onward.filter((next) => next !== (arc ^ 1)));
  }
  return order;
}

const NOBODY: Side = { rate: 0, count: 0 };
