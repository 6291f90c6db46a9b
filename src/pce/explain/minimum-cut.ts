import { type Graph, headOf, tailOf } from "../graph/graph.ts";

/** What is to be cut. */
export interface CutQuery {
  readonly graph: Graph;
  /** The node on one side. */
  readonly from: number;
  /** The node on the other. */
  readonly to: number;
  /** Whether `link` is there at all. */
  readonly isThere: (link: number) => boolean;
  /** Whether `arc`, of a link that is there, can be got along, and so cannot be part of a cut. */
  readonly isOpen: (arc: number) => boolean;
  /** Cuts of more arcs are not wanted. */
  readonly atMost: number;
}

/**
 * A smallest set of arcs such that every way from `from` to `to` uses one of them; none is open.
 * `undefined` if there is no such set, or only of more than `atMost`.
 *
 * Augmenting paths of fewest arcs (Edmonds and Karp, Theoretical Improvements in Algorithmic
 * Efficiency for Network Flow Problems, 1972) for a flow of at most one along each arc that is not
 * open; by duality the arcs out of what is reached in the end are a minimum cut, the one nearest to
 * `from`, which is unique. O(k E), where k is the size of the cut. In ascending order.
 */
export function minimumCut(query: CutQuery): readonly number[] | undefined {
  const { graph, to, isThere, isOpen } = query;
  if (reached(query, isOpen)[to] !== UNREACHED) return undefined;
  const flows = new Int32Array(graph.heads.length);
  const hasRoom = (arc: number): boolean =>
    isThere(arc >> 1) && (isOpen(arc) || (flows[arc] ?? 0) < 1);
  for (let size = 0; size <= query.atMost; size++) {
    const via = reached(query, hasRoom);
    if (via[to] === UNREACHED) return arcsOut(query, via);
    for (let arc = via[to] ?? ORIGIN; arc >= 0; arc = via[tailOf(graph, arc)] ?? ORIGIN) {
      flows[arc] = (flows[arc] ?? 0) + 1;
      flows[arc ^ 1] = (flows[arc ^ 1] ?? 0) - 1;
    }
  }
  return undefined;
}

const UNREACHED = -2;
const ORIGIN = -1;

/** Breadth first: the arc by which each node is reached from `from`. */
function reached({ graph, from, to }: CutQuery, hasRoom: (arc: number) => boolean): Int32Array {
  const via = new Int32Array(graph.nodeIds.length).fill(UNREACHED);
  via[from] = ORIGIN;
  const queue = [from];
  for (const node of queue) {
    const end = graph.offsets[node + 1] ?? 0;
    for (let at = graph.offsets[node] ?? 0; at < end; at++) {
      const arc = graph.arcs[at] ?? 0;
      const head = headOf(graph, arc);
      if (via[head] !== UNREACHED || !hasRoom(arc)) continue;
      via[head] = arc;
      if (head === to) return via;
      queue.push(head);
    }
  }
  return via;
}

/** The arcs from what is reached to what is not. */
function arcsOut({ graph, isThere }: CutQuery, via: Int32Array): readonly number[] {
  const isInside = (node: number): boolean => via[node] !== UNREACHED;
  const leaves = (arc: number): boolean =>
    isInside(tailOf(graph, arc)) && !isInside(headOf(graph, arc));
  return [...graph.arcs].filter((arc) => leaves(arc) && isThere(arc >> 1)).sort((x, y) => x - y);
}
