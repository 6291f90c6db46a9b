import { ConnectionTable, MOST_IN_TABLE, Steps } from "./connection-table.ts";
import { prunedTree, spanningTree } from "./edge-tree.ts";
import type { Effort } from "./effort.ts";
import { type Eliminated, eliminationOrder } from "./elimination.ts";
import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * Some edges that join the terminals, such as those of several trees, and the cheapest tree among them: so the trees are
 * combined in the best way there is.
 *
 * Dynamic programming over an order in which nodes are eliminated: at each node, the cheapest forests behind it and
 * its neighbours, by which of these are in it and which are joined (Chimani, Mutzel and Zey, Improved
 * Steiner Tree Algorithms for Bounded Treewidth, 2012; to combine trees of local search in this way was done in
 * the PACE Challenge of 2018). Linear in the number of edges, exponential in the width, which is limited. Exact;
 * of equal trees the one found first in that order, which is that of nodes and edges.
 */
export class TreeUnion {
  readonly #graph: SteinerGraph;
  readonly #effort: Effort;
  readonly #most: number;
  #edges: ReadonlySet<number> = new Set();
  #ofNode: EdgesByNode = new Map();
  #order: readonly Eliminated[] = [];

  /** About `most` states are the most that may be looked at. */
  constructor(graph: SteinerGraph, most: number, effort: Effort) {
    this.#graph = graph;
    this.#effort = effort;
    this.#most = most;
  }

  /** Takes in `edges`, unless the graph becomes too wide by that; whether there are more edges now. */
  add(edges: readonly number[]): boolean {
    const all = new Set([...this.#edges, ...edges]);
    if (all.size === this.#edges.size) return false;
    const ofNode = edgesByNode(this.#graph, all);
    const neighbours = neighboursOf(this.#graph, ofNode);
    this.#effort.charge(NODE_WORK * ofNode.size);
    const order = eliminationOrder(neighbours, this.#graph.terminals[0] ?? 0, MOST_NEIGHBOURS);
    if (order === undefined || this.#statesOf(order) > this.#most) return false;
    this.#edges = all;
    this.#ofNode = ofNode;
    this.#order = order;
    return true;
  }

  /** The cheapest tree; ascending, and `undefined` if the effort is spent. */
  cheapest(): readonly number[] | undefined {
    return new Elimination(this.#graph, this.#ofNode, this.#effort).run(this.#order);
  }

  /** About how many states its tables may have. */
  #statesOf(order: readonly Eliminated[]): number {
    const { isTerminal } = this.#graph;
    return order.reduce((sum, { node, neighbours }) => {
      const needed = neighbours.filter((one) => isTerminal[one]).length + (isTerminal[node] ?? 0);
      return sum + stateCount(needed, neighbours.length + 1 - needed);
    }, 0);
  }
}

/** How many states a table of as many needed nodes and others has: partitions of all sets that have the needed ones. */
function stateCount(needed: number, others: number): number {
  if (others === 0) return PARTITIONS[needed] ?? Number.POSITIVE_INFINITY;
  return stateCount(needed + 1, others - 1) + stateCount(needed, others - 1);
}

/** Bell's numbers. */
const PARTITIONS = [1, 1, 2, 5, 15, 52, 203, 877, 4_140, 21_147];

type EdgesByNode = ReadonlyMap<number, readonly number[]>;

/** Of each node with some of `edges`, these. */
function edgesByNode({ a, b }: SteinerGraph, edges: Iterable<number>): EdgesByNode {
  const ofNode = new Map<number, number[]>();
  for (const edge of edges) {
    for (const end of [a[edge] ?? 0, b[edge] ?? 0]) {
      const its = ofNode.get(end);
      if (its === undefined) ofNode.set(end, [edge]);
      else its.push(edge);
    }
  }
  return ofNode;
}

function neighboursOf(
  { a, b }: SteinerGraph,
  ofNode: EdgesByNode,
): ReadonlyMap<number, Set<number>> {
  const other = (edge: number, node: number): number => (a[edge] === node ? b[edge] : a[edge]) ?? 0;
  return new Map(
    [...ofNode].map(([node, its]) => [node, new Set(its.map((edge) => other(edge, node)))]),
  );
}

class Elimination {
  readonly #graph: SteinerGraph;
  readonly #ofNode: EdgesByNode;
  readonly #effort: Effort;
  readonly #steps = new Steps();
  /** Of each node that is in, the tables that are about it and others that go later. */
  readonly #tables = new Map<number, ConnectionTable[]>();
  readonly #places = new Map<number, number>();

  constructor(graph: SteinerGraph, ofNode: EdgesByNode, effort: Effort) {
    this.#graph = graph;
    this.#ofNode = ofNode;
    this.#effort = effort;
  }

  run(order: readonly Eliminated[]): readonly number[] | undefined {
    for (const [place, { node }] of order.entries()) this.#places.set(node, place);
    let table = new ConnectionTable([]);
    for (const { node } of order) {
      table = this.#tableOf(node);
      this.#effort.charge(STATE_WORK * table.size + TABLE_WORK);
      if (this.#effort.isSpent()) return undefined;
      const rest = table.withoutNode(node);
      const next = this.#first(rest.scope);
      if (next === undefined) continue;
      const tables = this.#tables.get(next);
      if (tables === undefined) this.#tables.set(next, [rest]);
      else tables.push(rest);
    }
    const [step] = table.steps;
    if (step === undefined) return undefined;
    // Where edges cost nothing, there may be cycles.
    const edges = spanningTree(this.#graph, [...new Set(this.#steps.edgesOf(step))]);
    return prunedTree(this.#graph, edges);
  }

  /** Which of some nodes goes first. */
  #first(nodes: readonly number[]): number | undefined {
    const placeOf = (node: number): number => this.#places.get(node) ?? 0;
    return nodes.reduce<number | undefined>(
      (first, node) => (first === undefined || placeOf(node) < placeOf(first) ? node : first),
      undefined,
    );
  }

  /** The forests behind `node` and its neighbours, with its edges to these. */
  #tableOf(node: number): ConnectionTable {
    const { a, b, costs, isTerminal } = this.#graph;
    const [first, ...others] = (this.#tables.get(node) ?? []).sort((x, y) => y.size - x.size);
    this.#tables.delete(node);
    let table = first ?? startTable(node, isTerminal[node] === 1);
    const include = (one: number): void => {
      if (!table.scope.includes(one)) table = table.withNode(one, isTerminal[one] === 1);
    };
    for (const other of others) {
      for (const one of other.scope) include(one);
      table = table.joined(other, this.#steps, this.#effort);
    }
    const place = this.#places.get(node) ?? 0;
    for (const edge of this.#ofNode.get(node) ?? []) {
      const end = (a[edge] === node ? b[edge] : a[edge]) ?? 0;
      if ((this.#places.get(end) ?? 0) < place) continue;
      include(end);
      table.addEdge({ edge, ends: [node, end], cost: costs[edge] ?? 0 }, this.#steps);
    }
    return table;
  }
}

/** `node` alone: in it, or not if it is not needed. */
function startTable(node: number, isNeeded: boolean): ConnectionTable {
  const nothing = new ConnectionTable([]);
  nothing.offer(0, 0);
  return nothing.withNode(node, isNeeded);
}

/** How many neighbours a node may have when it is eliminated. */
const MOST_NEIGHBOURS: number = MOST_IN_TABLE - 2;

/** What a node, a table and a state are charged. */
const NODE_WORK = 40;
const TABLE_WORK = 200;
const STATE_WORK = 30;
