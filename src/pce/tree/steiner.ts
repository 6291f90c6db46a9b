import { invariant } from "../../model/invariant.ts";
import { type Graph, headOf, tailOf } from "../graph/graph.ts";
import { extend, reach, type Ways, type Weight, wayTo } from "../path/shortest-path.ts";
import { nodesOf, pruned, spanningForest, totalWeight } from "./tree.ts";

/** Terminals to join as cheaply as possible. */
export interface SteinerQuery {
  readonly graph: Graph;
  /** Distinct and ascending. */
  readonly terminals: readonly number[];
  /** A tree that must be part of the result, and costs nothing; it may have nodes besides terminals. */
  readonly kept: readonly number[];
  /** The same for both arcs of a link. */
  readonly weight: Weight;
  /** Trees that cost more are not wanted. No limit by default. */
  readonly limit?: number;
  /** How many steps an exact search may take; {@link EXACT_WORK} by default. */
  readonly exactWork?: number;
}

/**
 * Finds a minimum Steiner tree, or one near it; `undefined` if the terminals are not connected, or
 * only by trees that cost more than is wanted.
 *
 * Exact while 3^k * n is at most `exactWork`, for k + 1 terminals and n nodes; beyond that a
 * heuristic. Ties are broken by the numbers of nodes and links alone.
 */
export function steinerTree(query: SteinerQuery): readonly number[] | undefined {
  const core = contracted(query);
  if (core.terminals.length < 2) return query.kept;
  if (!isJoined(core)) return undefined;
  const work = 3 ** (core.terminals.length - 1) * query.graph.nodeIds.length;
  return work <= (query.exactWork ?? EXACT_WORK) ? exactTree(core) : grownTree(core);
}

/**
 * The cheapest tree on the nodes of `links` and of the kept tree, without branches that lead to no
 * terminal.
 */
export function tidied(query: SteinerQuery, links: readonly number[]): readonly number[] {
  const { graph, kept, weight } = query;
  const nodes = nodesOf(graph, [...links, ...kept]);
  const inside = [...incidentArcs(graph, nodes)].filter(
    (arc) => nodes.has(headOf(graph, arc)) && weight(arc) < Number.POSITIVE_INFINITY,
  );
  const forest = spanningForest(
    query,
    inside.map((arc) => arc >> 1),
    kept,
  );
  const needed = new Set([...query.terminals, ...nodesOf(graph, kept)]);
  return pruned(graph, forest, (node) => needed.has(node));
}

/** The steps that an exact search may take: a few tenths of a second at most. */
export const EXACT_WORK = 30_000_000;

/**
 * The dynamic program of Erickson, Monma and Veinott (1987), after Dreyfus and Wagner (1971), in
 * O(3^k V + 2^k (V + E) log E): the cheapest tree that joins a set of terminals and a node is either
 * two such trees of smaller sets that meet at the node, or one that meets it by a path.
 */
function exactTree(query: SteinerQuery): readonly number[] | undefined {
  const { graph, terminals } = query;
  const root = terminals.at(-1) ?? 0;
  const full = (1 << (terminals.length - 1)) - 1;
  const rows: Ways[] = [];
  for (let set = 1; set <= full; set++) {
    const row = emptyRow(graph.nodeIds.length);
    rows[set] = row;
    const terminal = (set & (set - 1)) === 0 ? terminals[Math.log2(set)] : undefined;
    if (terminal === undefined) merge(rows, set, query.limit ?? Number.POSITIVE_INFINITY);
    else row.costs[terminal] = 0;
    extend(query, row, reached(row));
  }
  return rows[full]?.via[root] === NOTHING ? undefined : tidied(query, collect(rows, graph, root));
}

/**
 * For one set of terminals, the cheapest tree that joins it and a node, for each node. `via` says
 * how it came about: by an arc into the node, or (as -2 - half) by joining the trees of two halves.
 */
function emptyRow(nodeCount: number): Ways {
  return {
    costs: new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY),
    hops: new Uint32Array(nodeCount),
    via: new Int32Array(nodeCount).fill(NOTHING),
  };
}

const NOTHING = -1;

function* reached({ costs }: Ways): Generator<number, void> {
  for (const [node, cost] of costs.entries()) if (cost < Number.POSITIVE_INFINITY) yield node;
}

/** Joins the trees of two halves of `set` at each node; one half has the lowest terminal. */
function merge(rows: readonly Ways[], set: number, limit: number): void {
  const row = rows[set];
  invariant(row !== undefined, "a row is merged into once it is there");
  const lowest = set & -set;
  for (let half = (set - 1) & set; half > 0; half = (half - 1) & set) {
    const [left, right] = [rows[half], rows[set ^ half]];
    if ((half & lowest) === 0 || left === undefined || right === undefined) continue;
    for (let node = 0; node < row.costs.length; node++) {
      const cost = (left.costs[node] ?? 0) + (right.costs[node] ?? 0);
      if (cost >= (row.costs[node] ?? 0) || cost > limit) continue;
      row.costs[node] = cost;
      row.hops[node] = (left.hops[node] ?? 0) + (right.hops[node] ?? 0);
      row.via[node] = -2 - half;
    }
  }
}

function collect(rows: readonly Ways[], graph: Graph, root: number): readonly number[] {
  const links = new Set<number>();
  const open = [{ set: rows.length - 1, node: root }];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const { set, node } = state;
    const choice = rows[set]?.via[node] ?? NOTHING;
    if (choice >= 0) {
      links.add(choice >> 1);
      open.push({ set, node: tailOf(graph, choice) });
    } else if (choice !== NOTHING) {
      const half = -2 - choice;
      open.push({ set: half, node }, { set: set ^ half, node });
    }
  }
  return [...links];
}

/**
 * The heuristic of Takahashi and Matsuyama (1980), from each of the first {@link STARTS} terminals:
 * the tree takes in the terminal that is nearest to it until it has all. At most twice the optimum.
 */
function grownTree(query: SteinerQuery): readonly number[] | undefined {
  const { terminals, weight } = query;
  let best: readonly number[] | undefined;
  for (const start of terminals.slice(0, STARTS)) {
    const grown = grow(query, start);
    const links = grown && tidied(query, grown);
    if (links === undefined) return undefined;
    const isLess = best === undefined || totalWeight(links, weight) < totalWeight(best, weight);
    if (isLess) best = links;
  }
  return best;
}

const STARTS = 8;

function grow({ graph, terminals, weight }: SteinerQuery, start: number): number[] | undefined {
  const links: number[] = [];
  const tree = new Set([start]);
  const open = new Set(terminals.filter((node) => node !== start));
  const isOpen = (node: number): boolean => open.has(node);
  while (open.size > 0) {
    const near = reach({ graph, weight, until: isOpen }, [...tree]);
    if (near.endedAt === undefined) return undefined;
    for (const arc of wayTo(graph, near, near.endedAt)) {
      links.push(arc >> 1);
      tree.add(headOf(graph, arc));
    }
    open.delete(near.endedAt);
  }
  return links;
}

function isJoined(query: SteinerQuery): boolean {
  const { costs } = reach(query, query.terminals.slice(0, 1));
  return query.terminals.every((node) => costs[node] !== Number.POSITIVE_INFINITY);
}

/** Lets one node of the kept tree stand for all that are on it, and its links cost nothing. */
export function contracted(query: SteinerQuery): SteinerQuery {
  const [first] = query.kept;
  if (first === undefined) return query;
  const inside = nodesOf(query.graph, query.kept);
  const kept = new Set(query.kept);
  const terminals = [...query.terminals.filter((node) => !inside.has(node)), Math.min(...inside)];
  const weight = (arc: number): number => (kept.has(arc >> 1) ? 0 : query.weight(arc));
  return { ...query, terminals: terminals.sort((x, y) => x - y), weight };
}

function* incidentArcs(graph: Graph, nodes: Iterable<number>): Generator<number, void> {
  for (const node of nodes) {
    yield* graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1]);
  }
}
