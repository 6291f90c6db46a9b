import { type Graph, headOf, tailOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import { bidirectionalPath, type PathQuery } from "./bidirectional-path.ts";
import { stepOf } from "./open-arc.ts";
import { RemainingCosts } from "./remaining-costs.ts";
import { labelsOf, type SearchLabels } from "./search-labels.ts";
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
 * Dijkstra searches: O((V + E) log E). Exact. Ties are decided by the order of nodes and links.
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
  const potential = (node: number): number => Math.min(ways.costs[node] ?? 0, distance);
  const second = augmentingPath(query, far, first, potential);
  return second && pairOf(query, [...first, ...second]);
}

/**
 * The same between the two ends of `plain`, with the first path from a search from both of them, and
 * costs reduced by what is still to come: the second search sees little beside the path it finds.
 */
export function cheapestPlainPair(plain: PathQuery, isNodeDisjoint: boolean): FlowPair | undefined {
  const { graph, from, to } = plain;
  const first = bidirectionalPath(plain)?.arcs;
  if (first === undefined) return undefined;
  const weight: Weight = (arc) => stepOf(plain, arc);
  const query: FlowQuery = { graph, weight, origins: [from, from], target: to, isNodeDisjoint };
  const distance = first.reduce((sum, arc) => sum + weight(arc), 0);
  const remaining = new RemainingCosts(plain, distance);
  const second = augmentingPath(query, from, first, (node) => -remaining.from(node));
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
  const labels = labelsOf(graph);
  const heap = new MinHeap();
  const start = 2 * origin + 1;
  labels.set(start, 0, 0, -1);
  heap.push(0, 0, start);
  let end = heap.pop();
  for (; end !== -1 && end >> 1 !== target; end = heap.pop()) {
    if (labels.scanned[end] === 1) continue;
    labels.scanned[end] = 1;
    const base = (labels.costs[end] ?? 0) + potential(end >> 1);
    for (const { arc, weight, next } of flow.stepsFrom(end)) {
      const cost = Math.max(labels.costs[end] ?? 0, base + weight - potential(next >> 1));
      if (cost >= (labels.costs[next] ?? 0)) continue;
      labels.set(next, cost, 0, 2 * arc + (end & 1));
      heap.push(cost, 0, next);
    }
  }
  const path = end === -1 ? undefined : trace(query, end, labels);
  labels.clear();
  return path;
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

/** The arcs of the way to `end`. Labels have of each state the arc to it, and which state was before. */
function trace({ graph }: FlowQuery, end: number, { via }: SearchLabels): readonly number[] {
  const arcs: number[] = [];
  for (let last = via[end] ?? -1; last >= 0; ) {
    const arc = last >> 1;
    arcs.push(arc);
    last = via[2 * tailOf(graph, arc) + (last & 1)] ?? -1;
  }
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
