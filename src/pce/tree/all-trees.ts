import { endsOf, type Graph, headOf } from "../graph/graph.ts";
import { nodesOf } from "./tree.ts";

/** Which trees to list. */
export interface TreesQuery {
  readonly graph: Graph;
  readonly terminals: readonly number[];
  /** A tree that is part of each; it may be empty. */
  readonly kept: readonly number[];
  readonly isOpen: (link: number) => boolean;
}

/** Among how many links all trees may be listed. */
export const MAX_LISTED_LINKS = 20;

/** How many decisions the list may take before it is broken off. */
export const MAX_DECISIONS = 4_000;

/**
 * Lists every tree that joins the terminals and has no branch without one, each once; says at the
 * end whether the list is complete.
 *
 * The tree grows from one terminal or the kept tree. Of the links that leave it, the lowest is either
 * taken or ruled out, as long as the terminals can still be reached. O(E) for each decision. After Gabow and
 * Myers (Finding All Spanning Trees of Directed and Undirected Graphs, 1978); in a fixed order.
 */
export function* allTrees(query: TreesQuery): Generator<readonly number[], boolean> {
  const { graph, terminals, kept } = query;
  const tree = new Set(kept.length > 0 ? nodesOf(graph, kept) : terminals.slice(0, 1));
  const needed = new Set([...terminals, ...tree]);
  const state: Growth = { query, needed, tree, links: [...kept], closed: new Set(), decisions: 0 };
  yield* grow(state);
  return state.decisions <= MAX_DECISIONS;
}

/** A tree that grows and shrinks as decisions are made and taken back. */
interface Growth {
  readonly query: TreesQuery;
  /** The nodes that may be leaves. */
  readonly needed: ReadonlySet<number>;
  readonly tree: Set<number>;
  readonly links: number[];
  readonly closed: Set<number>;
  decisions: number;
}

function* grow(state: Growth): Generator<readonly number[], void> {
  const { query, tree, links, closed } = state;
  if (++state.decisions > MAX_DECISIONS) return;
  if (query.terminals.every((node) => tree.has(node))) {
    if (hasNeededLeaves(state)) yield [...links];
    return;
  }
  const arc = lowestLeaving(state);
  if (arc === undefined) return;
  const head = headOf(query.graph, arc);
  tree.add(head);
  links.push(arc >> 1);
  yield* grow(state);
  links.pop();
  tree.delete(head);
  closed.add(arc >> 1);
  if (canReachAll(state)) yield* grow(state);
  closed.delete(arc >> 1);
}

function hasNeededLeaves({ query, needed, links }: Growth): boolean {
  const degrees = new Map<number, number>();
  for (const node of links.flatMap((link) => endsOf(query.graph, link))) {
    degrees.set(node, (degrees.get(node) ?? 0) + 1);
  }
  return [...degrees].every(([node, degree]) => degree > 1 || needed.has(node));
}

function lowestLeaving(state: Growth): number | undefined {
  let lowest: number | undefined;
  for (const arc of arcsLeaving(state, state.tree)) {
    if (lowest === undefined || arc >> 1 < lowest >> 1) lowest = arc;
  }
  return lowest;
}

function canReachAll(state: Growth): boolean {
  const reached = new Set(state.tree);
  for (const arc of arcsLeaving(state, reached)) reached.add(headOf(state.query.graph, arc));
  return state.query.terminals.every((node) => reached.has(node));
}

/** The arcs out of `nodes` that may be used; nodes added meanwhile are gone through too. */
function* arcsLeaving(
  { query: { graph, isOpen }, closed }: Growth,
  nodes: ReadonlySet<number>,
): Generator<number, void> {
  for (const node of nodes) {
    for (const arc of graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])) {
      const isFree = !nodes.has(headOf(graph, arc)) && !closed.has(arc >> 1) && isOpen(arc >> 1);
      if (isFree) yield arc;
    }
  }
}
