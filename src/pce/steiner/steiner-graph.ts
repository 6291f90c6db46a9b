import { invariant } from "../../model/invariant.ts";

/**
 * Terminals to join by links between nodes `0` up to `nodeCount`. Link `l` joins `a[l]` and `b[l]`
 * at `costs[l]`, which is not negative; infinity means that it is closed. Links may be parallel.
 */
export interface SteinerProblem {
  readonly nodeCount: number;
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly costs: ArrayLike<number>;
  /** Distinct nodes. */
  readonly terminals: readonly number[];
}

/**
 * A simple graph without loops, compiled for searches. Edge `e` joins `a[e]` and `b[e]`; its arcs are
 * `2 * e`, from `a` to `b`, and `2 * e + 1`. The slots `offsets[v]` up to `offsets[v + 1]` hold what
 * leaves node `v`: the arc, the node it leads to and its cost; cheaper ones first, then lower ones.
 */
export interface SteinerGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly costs: Float64Array;
  readonly offsets: Int32Array;
  readonly arcs: Int32Array;
  readonly heads: Int32Array;
  readonly slotCosts: Float64Array;
  /** Of each arc. */
  readonly slotOf: Int32Array;
  /** Ascending. */
  readonly terminals: Int32Array;
  readonly isTerminal: Uint8Array;
}

/** Edges by their two ends and costs, and which nodes they must join. */
export type EdgeList = Pick<
  SteinerGraph,
  "nodeCount" | "a" | "b" | "costs" | "terminals" | "isTerminal"
>;

/** The graph of the open links of `problem`, and which link each of its edges is. */
export interface ProblemGraph {
  readonly graph: SteinerGraph;
  readonly links: Int32Array;
}

/** Compiles `problem`; of parallel links the cheapest counts, then the lowest. O(V + E). */
export function problemGraph(problem: SteinerProblem): ProblemGraph {
  const { a, b, costs } = problem;
  const open = new Int32Array(costs.length);
  let count = 0;
  for (let link = 0; link < costs.length; link++) {
    const cost = costs[link] ?? 0;
    invariant(cost >= 0, `link ${link} costs ${cost}, which is not at least zero`);
    if (cost < Number.POSITIVE_INFINITY && a[link] !== b[link]) open[count++] = link;
  }
  const all = open.subarray(0, count);
  const graph = graphOfLinks(problem, all);
  const isBeaten = dearerParallels(graph);
  if (!isBeaten.includes(1)) return { graph, links: all };
  const links = all.filter((_, edge) => isBeaten[edge] === 0);
  return { graph: graphOfLinks(problem, links), links };
}

function graphOfLinks(problem: SteinerProblem, links: Int32Array): SteinerGraph {
  const isTerminal = new Uint8Array(problem.nodeCount);
  for (const node of problem.terminals) isTerminal[node] = 1;
  return compiledGraph({
    nodeCount: problem.nodeCount,
    a: links.map((link) => problem.a[link] ?? 0),
    b: links.map((link) => problem.b[link] ?? 0),
    costs: Float64Array.from(links, (link) => problem.costs[link] ?? 0),
    terminals: Int32Array.from(problem.terminals).sort(),
    isTerminal,
  });
}

/** Of each edge: 1 if another one between the same nodes is cheaper, or as cheap and lower. */
function dearerParallels(graph: SteinerGraph): Uint8Array {
  const { nodeCount, offsets, heads } = graph;
  const isBeaten = new Uint8Array(graph.edgeCount);
  /** Of each node the best slot that leads to it from the node at hand, plus one. */
  const best = new Int32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const [start, end] = [offsets[node] ?? 0, offsets[node + 1] ?? 0];
    for (let slot = start; slot < end; slot++) {
      const other = (best[heads[slot] ?? 0] ?? 0) - 1;
      best[heads[slot] ?? 0] = 1 + (other < 0 ? slot : betterSlot(graph, other, slot, isBeaten));
    }
    for (let slot = start; slot < end; slot++) best[heads[slot] ?? 0] = 0;
  }
  return isBeaten;
}

/** Of two parallel slots, the cheaper or else the first; the edge of the other is beaten. */
function betterSlot(
  { arcs, slotCosts }: SteinerGraph,
  first: number,
  second: number,
  isBeaten: Uint8Array,
): number {
  const isFirst = (slotCosts[first] ?? 0) <= (slotCosts[second] ?? 0);
  isBeaten[(arcs[isFirst ? second : first] ?? 0) >> 1] = 1;
  return isFirst ? first : second;
}

/** The searchable form of an edge list; counting sort by node, in the order of costs. O(V + E log E). */
export function compiledGraph(list: EdgeList): SteinerGraph {
  const { nodeCount, a, b, costs } = list;
  const edgeCount = a.length;
  const arcCount = 2 * edgeCount;
  const offsets = slotOffsets(nodeCount, a, b);
  const next = offsets.slice();
  const arcs = new Int32Array(arcCount);
  const heads = new Int32Array(arcCount);
  const slotCosts = new Float64Array(arcCount);
  const slotOf = new Int32Array(arcCount);
  const place = (arc: number, tail: number, head: number): void => {
    const slot = next[tail] ?? 0;
    next[tail] = slot + 1;
    arcs[slot] = arc;
    slotOf[arc] = slot;
    heads[slot] = head;
    slotCosts[slot] = costs[arc >> 1] ?? 0;
  };
  for (const edge of cheapestFirst(costs)) {
    place(2 * edge, a[edge] ?? 0, b[edge] ?? 0);
    place(2 * edge + 1, b[edge] ?? 0, a[edge] ?? 0);
  }
  return { ...list, edgeCount, offsets, arcs, heads, slotCosts, slotOf };
}

/** Edges by cost, then by number. Whole costs are sorted as one number with that of their edge, which is faster. */
function cheapestFirst(costs: Float64Array): Int32Array {
  const count = costs.length;
  const areWhole = costs.every(
    (cost) => Number.isInteger(cost) && cost < Number.MAX_SAFE_INTEGER / count - 1,
  );
  if (areWhole) {
    const keys = costs.map((cost, edge) => cost * count + edge).sort();
    return Int32Array.from(keys, (key) => key % count);
  }
  const edges = Int32Array.from(costs.keys());
  return edges.sort((x, y) => (costs[x] ?? 0) - (costs[y] ?? 0) || x - y);
}

/** Where the slots of each node begin. */
function slotOffsets(nodeCount: number, a: Int32Array, b: Int32Array): Int32Array {
  const offsets = new Int32Array(nodeCount + 1);
  for (const ends of [a, b]) {
    for (const node of ends) offsets[node + 1] = (offsets[node + 1] ?? 0) + 1;
  }
  for (let node = 0; node < nodeCount; node++) {
    offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  }
  return offsets;
}

/** Of each node, its edges: cheaper ones first, then lower ones. */
export function edgesOfNodes({ nodeCount, offsets, arcs }: SteinerGraph): number[][] {
  const lists: number[][] = [];
  for (let node = 0; node < nodeCount; node++) {
    const edges: number[] = [];
    const end = offsets[node + 1] ?? 0;
    for (let slot = offsets[node] ?? 0; slot < end; slot++) edges.push((arcs[slot] ?? 0) >> 1);
    lists.push(edges);
  }
  return lists;
}
