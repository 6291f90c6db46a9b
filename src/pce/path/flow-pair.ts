import { type Graph, headOf, tailOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import { reach, type Weight, wayTo } from "./shortest-path.ts";

/** Two paths to one node that are to have no link in common, or no node between their ends. */
export interface FlowQuery {
  readonly graph: Graph;
  readonly weight: Weight;
  /** Where the paths begin; may be one node twice. */
  readonly origins: readonly [number, number];
  readonly target: number;
  /** Whether nodes may not be shared either, but for the target and a common origin. */
  readonly isNodeDisjoint: boolean;
}

/** Two paths, and what they cost together. */
export interface FlowPair {
  /** The first begins at the first origin. */
  readonly paths: readonly [readonly number[], readonly number[]];
  readonly cost: number;
}

/**
 * Finds the two disjoint paths that cost least together; `undefined` if there are none.
 *
 * A flow of two units by successive cheapest paths: the second search may go back along the first
 * path, which takes that link out of both (Suurballe, Disjoint Paths in a Network, 1974; Bhandari,
 * Survivable Networks, 1999, for links without direction and for nodes, which are split where the
 * first path passes them). Costs are reduced by the distances of the first search, so both are
 * Dijkstra searches: O((V + E) log E). Ties are decided by the order of nodes and links.
 */
export function cheapestFlowPair(query: FlowQuery): FlowPair | undefined {
  const { graph, weight, origins, target } = query;
  const isTarget = (node: number): boolean => node === target;
  const ways = reach({ graph, weight, until: isTarget }, origins);
  const distance = ways.costs[target] ?? 0;
  if (distance === Number.POSITIVE_INFINITY) return undefined;
  const first = wayTo(graph, ways, target);
  const [start] = first;
  const nearest = start === undefined ? target : tailOf(graph, start);
  const far = nearest === origins[0] ? origins[1] : origins[0];
  const second = augmentingPath(query, far, first, (node) =>
    Math.min(ways.costs[node] ?? 0, distance),
  );
  return second && pairOf(query, [...first, ...second]);
}

/**
 * The cheapest way on which a second unit can come from `origin` to the target beside the first
 * path, along which it may go back. States are nodes, twice: where the first path passes a node that
 * may not be shared, even ones have come in and can only go back, odd ones have come back.
 */
function augmentingPath(
  query: FlowQuery,
  origin: number,
  first: readonly number[],
  potential: (node: number) => number,
): readonly number[] | undefined {
  const { graph, target } = query;
  const flow = new FirstPath(query, first);
  const costs = new Float64Array(2 * graph.nodeIds.length).fill(Number.POSITIVE_INFINITY);
  const via = new Int32Array(costs.length).fill(-1);
  const before = new Int32Array(costs.length).fill(-1);
  const heap = new MinHeap();
  const start = 2 * origin + 1;
  costs[start] = 0;
  heap.push(0, 0, start);
  const done = new Uint8Array(costs.length);
  for (let state = heap.pop(); state !== -1; state = heap.pop()) {
    if (done[state]) continue;
    done[state] = 1;
    const node = state >> 1;
    if (node === target) return trace(state, via, before);
    for (const { arc, weight, next } of flow.stepsFrom(state)) {
      const reduced = Math.max(0, weight + potential(node) - potential(next >> 1));
      const cost = (costs[state] ?? 0) + reduced;
      if (cost >= (costs[next] ?? 0)) continue;
      costs[next] = cost;
      via[next] = arc;
      before[next] = state;
      heap.push(cost, 0, next);
    }
  }
  return undefined;
}

/** A step of the second unit; going back gives back what the link costs. */
interface Step {
  readonly arc: number;
  readonly weight: number;
  readonly next: number;
}

/** The first path, and which steps it leaves to the second unit. */
class FirstPath {
  readonly #query: FlowQuery;
  readonly #arcs: ReadonlySet<number>;
  /** Nodes that only it may pass. */
  readonly #nodes: ReadonlySet<number>;

  constructor(query: FlowQuery, arcs: readonly number[]) {
    this.#query = query;
    this.#arcs = new Set(arcs);
    this.#nodes = new Set(query.isNodeDisjoint ? arcs.map((arc) => tailOf(query.graph, arc)) : []);
  }

  *stepsFrom(state: number): Generator<Step, void> {
    const { graph, weight } = this.#query;
    const node = state >> 1;
    const end = graph.offsets[node + 1] ?? 0;
    for (let at = graph.offsets[node] ?? 0; at < end; at++) {
      const arc = graph.arcs[at] ?? 0;
      const head = headOf(graph, arc);
      if (this.#arcs.has(arc ^ 1)) {
        yield { arc, weight: -weight(arc ^ 1), next: 2 * head + 1 };
      } else if (
        (state & 1) === 1 &&
        !this.#arcs.has(arc) &&
        weight(arc) < Number.POSITIVE_INFINITY
      ) {
        yield { arc, weight: weight(arc), next: this.#nodes.has(head) ? 2 * head : 2 * head + 1 };
      }
    }
  }
}

function trace(state: number, via: Int32Array, before: Int32Array): readonly number[] {
  const arcs: number[] = [];
  for (let at = state; (via[at] ?? -1) >= 0; at = before[at] ?? 0) arcs.push(via[at] ?? 0);
  return arcs.reverse();
}

/** The two paths that `arcs` make, without links that are gone along in both directions. */
function pairOf({ graph, weight, origins, target }: FlowQuery, arcs: readonly number[]): FlowPair {
  const all = new Set(arcs);
  const left = arcs.filter((arc) => !all.has(arc ^ 1)).sort((x, y) => x - y);
  const leaving = new Map<number, number[]>();
  for (const arc of left) {
    const tail = tailOf(graph, arc);
    leaving.set(tail, [...(leaving.get(tail) ?? []), arc]);
  }
  const paths = [follow(origins[0]), follow(origins[1])] as const;
  const cost = paths.flat().reduce((sum, arc) => sum + weight(arc), 0);
  return { paths, cost };

  function follow(origin: number): readonly number[] {
    let path: number[] = [];
    for (let node = origin; node !== target; ) {
      const arc = leaving.get(node)?.shift() ?? 0;
      node = headOf(graph, arc);
      // A cycle of no cost is left out.
      const again = path.findIndex((one) => tailOf(graph, one) === node);
      path = again === -1 ? [...path, arc] : path.slice(0, again);
    }
    return path;
  }
}
