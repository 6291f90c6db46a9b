import { type Graph, headOf, tailOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";

/** What it costs to go along `arc`; `Infinity` if that is not possible. Never negative. */
export type Weight = (arc: number) => number;

/** How each node is best reached. Arrays are indexed by node. */
export interface Ways {
  /** `Infinity` where no way is known. */
  readonly costs: Float64Array;
  readonly hops: Uint32Array;
  /** The last arc of the way; negative at origins and where no way is known. */
  readonly via: Int32Array;
}

/** What to search, and how far. */
export interface Search {
  readonly graph: Graph;
  readonly weight: Weight;
  /** Asked about each node once its way is known: whether to end there. By default, never. */
  readonly until?: (node: number) => boolean;
  /** Ways that cost more are not wanted. No limit by default. */
  readonly limit?: number;
}

/** The cheapest ways from the nearest of some origins, and the node that the search ended at. */
export interface Reach extends Ways {
  readonly endedAt: number | undefined;
}

/** Finds the cheapest ways from the nearest of `origins`; see {@link extend}. */
export function reach(search: Search, origins: readonly number[]): Reach {
  const nodeCount = search.graph.nodeIds.length;
  const costs = new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY);
  const ways = { costs, hops: new Uint32Array(nodeCount), via: new Int32Array(nodeCount).fill(-1) };
  for (const origin of origins) costs[origin] = 0;
  return { ...ways, endedAt: extend(search, ways, origins) };
}

/**
 * Makes `ways` the cheapest there are that begin with the ways to `origins` that it has already.
 * Gives the node that the search ended at, if it was told to.
 *
 * Dijkstra (A Note on Two Problems in Connexion with Graphs, 1959) with a lazy heap, in
 * O((V + E) log E). Ties go to fewer hops, then to the lower last arc.
 */
export function extend(search: Search, ways: Ways, origins: Iterable<number>): number | undefined {
  const front = { ways, heap: new MinHeap(), done: new Uint8Array(ways.costs.length) };
  for (const origin of origins) {
    front.heap.push(ways.costs[origin] ?? 0, ways.hops[origin] ?? 0, origin);
  }
  for (let node = front.heap.pop(); node !== -1; node = front.heap.pop()) {
    if (front.done[node]) continue;
    front.done[node] = 1;
    if (search.until?.(node)) return node;
    relax(search, front, node);
  }
  return undefined;
}

/** What a search has come to know. */
interface Front {
  readonly ways: Ways;
  readonly heap: MinHeap;
  /** Of each node: 1 once its way is final. */
  readonly done: Uint8Array;
}

/** Goes on from `node`, whose way is final, along every arc. */
function relax({ graph, weight, limit }: Search, { ways, heap, done }: Front, node: number): void {
  const end = graph.offsets[node + 1] ?? 0;
  for (let at = graph.offsets[node] ?? 0; at < end; at++) {
    const arc = graph.arcs[at] ?? 0;
    const head = headOf(graph, arc);
    if (done[head]) continue;
    const cost = (ways.costs[node] ?? 0) + weight(arc);
    const hops = (ways.hops[node] ?? 0) + 1;
    if (limit !== undefined && cost > limit) continue;
    if (improve(ways, arc, head, { cost, hops })) heap.push(cost, hops, head);
  }
}

/** Whether going to `head` by `arc` is shorter than the way known; takes it if it wins a tie too. */
function improve(
  { costs, hops, via }: Ways,
  arc: number,
  head: number,
  next: { readonly cost: number; readonly hops: number },
): boolean {
  const best = costs[head] ?? 0;
  if (next.cost > best || next.cost === Number.POSITIVE_INFINITY) return false;
  const isShorter = next.cost < best || next.hops < (hops[head] ?? 0);
  const isTie = !isShorter && next.hops === hops[head] && arc < (via[head] ?? 0);
  if (!isShorter && !isTie) return false;
  costs[head] = next.cost;
  hops[head] = next.hops;
  via[head] = arc;
  return isShorter;
}

/** The arcs of the way to `node`, in order; empty if it is an origin. */
export function wayTo(graph: Graph, { via }: Ways, node: number): number[] {
  const arcs: number[] = [];
  let arc = via[node] ?? -1;
  for (; arc >= 0; arc = via[tailOf(graph, arc)] ?? -1) arcs.push(arc);
  return arcs.reverse();
}

/**
 * Finds the cheapest path between two nodes; `undefined` if there is none.
 *
 * A {@link reach} backward from the far end, then a walk forward along arcs that lie on a cheapest
 * path. Ties go to fewer hops, then to the lowest link at the first place where paths differ.
 */
export function cheapestPath(
  graph: Graph,
  from: number,
  to: number,
  weight: Weight,
): readonly number[] | undefined {
  const back = (arc: number): number => weight(arc ^ 1);
  const isFrom = (node: number): boolean => node === from;
  const { costs, hops } = reach({ graph, weight: back, until: isFrom }, [to]);
  if (costs[from] === Number.POSITIVE_INFINITY) return undefined;
  const isTight = (node: number, arc: number): boolean => {
    const head = headOf(graph, arc);
    return (hops[head] ?? 0) + 1 === hops[node] && (costs[head] ?? 0) + weight(arc) === costs[node];
  };
  const path: number[] = [];
  for (let node = from; node !== to; ) {
    const leaving = graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1]);
    const at = leaving.findIndex((arc) => isTight(node, arc));
    const arc = leaving[at] ?? 0;
    path.push(arc);
    node = headOf(graph, arc);
  }
  return path;
}
