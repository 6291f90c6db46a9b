import type { Budget } from "../plan/budget.ts";
import { BranchAndBound, type SearchState } from "./branch-and-bound.ts";
import { dijkstraSteiner } from "./dijkstra-steiner.ts";
import { Effort } from "./effort.ts";
import { Incumbent } from "./incumbent.ts";
import { EdgeHistory, type Instance, wholeInstance } from "./instance.ts";
import { MultiStart } from "./multi-start.ts";
import { heuristicTree } from "./polish.ts";
import { type Preprocessed, preprocessed } from "./preprocess.ts";
import { randomNumbers } from "./random.ts";
import { problemGraph, type SteinerProblem } from "./steiner-graph.ts";

/** How to search. */
export interface SteinerOptions {
  /** The time allowed. A fixed amount of work by default, so that equal problems get equal trees. */
  readonly budget?: Budget;
  /** Where chance starts from in the search for trees; 1 by default. */
  readonly seed?: number;
  /** Without a budget: how many arcs may be scanned, about; {@link DEFAULT_WORK} by default. */
  readonly work?: number;
}

/** A Steiner tree and what is known of the cheapest. */
export interface SteinerSolution {
  /** Ascending. */
  readonly links: readonly number[];
  readonly cost: number;
  /** No tree costs less. */
  readonly lowerBound: number;
  /** Whether it is proved that no tree costs less than this one, but for rounding. */
  readonly isOptimal: boolean;
}

/** What may be done without a budget: a few tenths of a second at most. */
export const DEFAULT_WORK = 40_000_000;

/**
 * Finds a minimum Steiner tree, or one near it with a bound on how near; `undefined` if the terminals
 * are not connected. Anytime: it ends when the budget is spent, soon after the first tree at the
 * earliest, and when a tree is proved to be a minimum.
 *
 * A first tree by the shortest path heuristic; reductions, which also bound ({@link preprocessed});
 * then the exact search of {@link dijkstraSteiner} for few terminals, or branch and bound in turn with
 * multi-start local search. Ties are broken by the order of links and nodes.
 */
export function solveSteiner(
  problem: SteinerProblem,
  { budget, seed = 1, work = DEFAULT_WORK }: SteinerOptions = {},
): SteinerSolution | undefined {
  const { graph, links } = problemGraph(problem);
  const history = new EdgeHistory(graph.edgeCount);
  const incumbent = new Incumbent(graph, history);
  const effort = budget === undefined ? new Effort(NEVER, work) : new Effort(budget);
  const state: SearchState = { history, incumbent, effort, random: randomNumbers(seed) };
  const whole = wholeInstance(graph);
  const first = heuristicTree(graph, graph.terminals[0] ?? 0);
  if (first === undefined) return undefined;
  incumbent.offer(whole, first);
  const lowerBound = searched(whole, state);
  const isOptimal = lowerBound >= incumbent.target;
  return {
    links: incumbent.edges.map((edge) => links[edge] ?? 0),
    cost: incumbent.cost,
    lowerBound: isOptimal ? incumbent.cost : lowerBound,
    isOptimal,
  };
}

const NEVER: Budget = { isSpent: () => false };

/** Searches from the first tree on; a lower bound. */
function searched(whole: Instance, state: SearchState): number {
  const { incumbent, effort } = state;
  // The first tree is a shortest path.
  if (whole.graph.terminals.length <= 2) return incumbent.cost;
  const isSmall = whole.graph.terminals.length <= FEWEST_TERMINALS;
  if (isSmall && exactWithin(whole, state, EXACT_FIRST)) return incumbent.cost;
  const found = preprocessed(whole, state);
  if (found.lowerBound >= incumbent.target || effort.isSpent()) return found.lowerBound;
  if (exactWithin(found.instance, state, EXACT_SECOND)) return incumbent.cost;
  return alternated(found, state);
}

/** Up to how many terminals the exact search comes before the reductions. */
const FEWEST_TERMINALS = 5;

/** How often an exact search goes through all edges, before the reductions and after them. */
const EXACT_FIRST = 12;
const EXACT_SECOND = 2_000;

/** Whether an exact search for a cheaper tree is done within so much work for each edge. */
function exactWithin(instance: Instance, state: SearchState, workAnEdge: number): boolean {
  const { incumbent, effort } = state;
  const { graph, fixedCost } = instance;
  if (graph.terminals.length > FEW_TERMINALS) return false;
  if (graph.terminals.length < 2) {
    // The reductions have left nothing to join: what they fixed is a cheapest tree.
    incumbent.offer(instance, []);
    return true;
  }
  const share = effort.part(workAnEdge * graph.edgeCount);
  const { edges } = dijkstraSteiner(graph, incumbent.target - fixedCost, share);
  effort.charge(share.work);
  if (edges !== undefined) incumbent.offer(instance, edges);
  return edges !== undefined || !share.isSpent();
}

/** Up to how many terminals the exact search is tried. */
const FEW_TERMINALS = 14;

/** Branch and bound, and multi-start local search for as much work; a lower bound. */
function alternated({ instance, lowerBound }: Preprocessed, state: SearchState): number {
  const { effort } = state;
  const multiStart = new MultiStart(instance, state);
  const bounding = new BranchAndBound(instance, lowerBound, state);
  let advance = 0;
  while (!bounding.isDone && !effort.isSpent()) {
    const before = effort.work;
    if (advance > 0) bounding.step();
    else multiStart.step();
    advance += advance > 0 ? before - effort.work : effort.work - before;
  }
  return bounding.lowerBound;
}
