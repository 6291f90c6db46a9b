import { ascentBound, useless } from "./bound-test.ts";
import type { SearchState } from "./branch-and-bound.ts";
import { dualAscent } from "./dual-ascent.ts";
import { costOfEdges } from "./edge-tree.ts";
import type { Instance } from "./instance.ts";
import { isSparse, MultiStart } from "./multi-start.ts";
import { polished, treeOfAscent } from "./polish.ts";
import { longEdges } from "./special-distance.ts";
import { WorkingGraph } from "./working-graph.ts";

/** What is left to search, and what a tree costs at least. */
export interface Preprocessed {
  readonly instance: Instance;
  readonly lowerBound: number;
}

/** The most rounds of reduction. */
const MAX_ROUNDS = 8;

/** A round that takes out less than this share of edges is the last. */
const WORTH_MORE = 0.05;

/**
 * Reduces an instance in rounds: degree tests, special distances, and the bounds of a dual ascent from
 * another terminal each, which also give trees. A minimum tree, and one as cheap as the incumbent,
 * stays. Ends early when the effort is spent, or the best tree is known to be one.
 * After Duin and Volgenant (1989) and Polzin and Vahdati Daneshmand (2001). A round is O((V + E) log V) and
 * one dual ascent; the terminals are the roots of ascents in turn.
 */
export function preprocessed(before: Preprocessed, state: SearchState): Preprocessed {
  let found = before;
  const { instance: whole } = before;
  const isLarge = whole.graph.nodeCount > LARGE * whole.graph.terminals.length;
  const isDense = whole.graph.edgeCount > DENSE * whole.graph.nodeCount;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { edgeCount: edgesBefore } = found.instance.graph;
    if (round > 0 || isDense)
      found = { ...found, instance: withoutLongEdges(found.instance, state) };
    const { work } = state.effort;
    found = boundedOnce(found, state, round);
    if (state.effort.isSpent() || isSettled(found, state)) return found;
    if (!isLarge && found.instance.graph.terminals.length > FEW_TERMINALS)
      startOften(found, state, state.effort.work - work);
    const { edgeCount } = found.instance.graph;
    const isFew = found.instance.graph.terminals.length <= FEW_TERMINALS;
    const isSlow = edgeCount > edgesBefore * (1 - WORTH_MORE);
    if (isSlow && (round > 1 || !(isLarge || isFew))) break;
  }
  return found;
}

/**
 * Looks for trees with as much work as bounds took: the better the best, the more edges are of no use. Where
 * trees are merged, that is done once in any case.
 */
function startOften(found: Preprocessed, state: SearchState, work: number): void {
  const starts = new MultiStart(found.instance, state);
  const { effort } = state;
  const end = effort.work + work;
  const least = isSparse(found.instance) ? 2 : 0;
  for (let step = 0; (effort.work < end || step < least) && !effort.isSpent(); step++) {
    if (isSettled(found, state)) return;
    starts.step();
  }
}

export function isSettled(
  { instance, lowerBound }: Preprocessed,
  { incumbent }: SearchState,
): boolean {
  return instance.graph.terminals.length < 2 || lowerBound >= incumbent.target;
}

/** A dual ascent, the trees that it leads to, and the degree tests without the edges of no use. */
export function boundedOnce(before: Preprocessed, state: SearchState, round: number): Preprocessed {
  const { incumbent, effort, history } = state;
  const { instance } = before;
  const { graph, fixedCost } = instance;
  if (graph.terminals.length < 2) {
    incumbent.offer(instance, []);
    return { instance, lowerBound: Math.min(incumbent.cost, fixedCost) };
  }
  const root = graph.terminals[(round * ROOT_STEP) % graph.terminals.length] ?? 0;
  const ascent = dualAscent(graph, root, effort);
  const lowerBound = Math.max(before.lowerBound, fixedCost + ascent.lowerBound);
  const tree = treeOfAscent(graph, ascent);
  if (tree !== undefined) incumbent.offer(instance, tree);
  const isLarge = round === 0 && graph.nodeCount > LARGE * graph.terminals.length;
  if (tree !== undefined && !isLarge) offerPolished(instance, tree, state);
  if (lowerBound >= incumbent.target || effort.isSpent()) return { instance, lowerBound };
  const most = incumbent.cost * (1 + ROUNDING) - fixedCost;
  const out = useless(graph, ascentBound(graph, ascent), most);
  effort.charge(ROUND_WORK * graph.edgeCount);
  if (out.length === 0 && round > 0) return { instance, lowerBound };
  const left = new WorkingGraph(instance, history);
  for (const edge of out) left.removeEdge(edge);
  left.settleAll();
  return { instance: left.compiled(), lowerBound };
}

/** Which terminal is the root next; successive ones lie near each other in some inputs. */
const ROOT_STEP = 7;

/** What a round is charged besides its ascent, for each edge. */
const ROUND_WORK = 20;

/** Costs nearer than this, relative to their size, are the same. */
const ROUNDING = 1e-10;

export function withoutLongEdges(instance: Instance, state: SearchState): Instance {
  const { nodeCount, edgeCount } = instance.graph;
  if (edgeCount > MOST_DENSE * nodeCount) return instance;
  const long = longEdges(instance.graph, state.effort);
  if (long.length === 0) return instance;
  const graph = new WorkingGraph(instance, state.history);
  for (const edge of long) graph.removeEdge(edge);
  graph.settleAll();
  state.effort.charge(ROUND_WORK * instance.graph.edgeCount);
  return graph.compiled();
}

/** Offers what a local search finds around a tree. */
export function offerPolished(
  instance: Instance,
  tree: readonly number[],
  { incumbent, effort }: SearchState,
): void {
  const { graph, fixedCost } = instance;
  const share = effort.part(POLISH_SHARE * graph.edgeCount);
  const better = polished(graph, tree, share);
  effort.charge(share.work);
  if (fixedCost + costOfEdges(graph, better) < incumbent.cost) incumbent.offer(instance, better);
}

/** Up to how many terminals the reductions are all that comes before an exact search. */
const FEW_TERMINALS = 14;

/** With so many nodes a terminal, key paths are long, and a graph is reduced before it is searched. */
export const LARGE = 200;

/** Graphs with so many edges a node lose many long ones, before there are bounds. */
export const DENSE = 8;

/** Graphs with more edges a node have few long ones, which take long to find. */
const MOST_DENSE = 30;

/** How often a local search may go through all edges. */
const POLISH_SHARE = 100;
