import type { Budget } from "../plan/budget.ts";
import { Alternation } from "./alternation.ts";
import type { SearchState } from "./branch-and-bound.ts";
import { Effort } from "./effort.ts";
import { exactWithin, FEW_TERMINALS } from "./exact-within.ts";
import { Incumbent } from "./incumbent.ts";
import { EdgeHistory, type Instance, wholeInstance } from "./instance.ts";
import { heuristicTree } from "./polish.ts";
import {
  boundedOnce,
  DENSE,
  LARGE,
  offerPolished,
  type Preprocessed,
  preprocessed,
} from "./preprocess.ts";
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
 * A first tree by the shortest path heuristic; reductions, which also bound ({@link preprocessed}), and
 * the exact search of {@link exactWithin} for few terminals, which comes the sooner the fewer they are; then
 * deeper reductions, branch and bound and multi-start local search in turn ({@link Alternation}). Each part names its sources.
 * Exact if it ends by itself; the bound holds in any case, and the tree costs at most twice the minimum. Exponential at
 * worst, as the problem is NP-hard (Karp, 1972). Ties are broken by the order of links and nodes.
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
  const { nodeCount, edgeCount, terminals } = whole.graph;
  const isFew = terminals.length <= FEWEST_TERMINALS;
  if (isFew || nodeCount <= LARGE * terminals.length) offerPolished(whole, incumbent.edges, state);
  if (isFew && exactWithin(whole, state, EXACT_FIRST)) return incumbent.cost;
  let found: Preprocessed = { instance: whole, lowerBound: 0 };
  if (terminals.length <= FEW_TERMINALS && edgeCount <= DENSE * nodeCount) {
    found = boundedFirst(found, state);
    if (found.lowerBound >= incumbent.target || effort.isSpent()) return found.lowerBound;
    if (exactWithin(found.instance, state, EXACT_SECOND)) return incumbent.cost;
  }
  found = preprocessed(found, state);
  if (found.lowerBound >= incumbent.target || effort.isSpent()) return found.lowerBound;
  if (exactWithin(found.instance, state, EXACT_THIRD)) return incumbent.cost;
  return new Alternation(found, state).run();
}

/** A round of reduction by bounds, or two where an exact search takes long. */
function boundedFirst(before: Preprocessed, state: SearchState): Preprocessed {
  const { incumbent, effort } = state;
  const rounds = before.instance.graph.terminals.length < MANY_SETS ? 1 : 2;
  let found = before;
  for (let round = 0; round < rounds; round++) {
    found = boundedOnce(found, state, round);
    if (found.lowerBound >= incumbent.target || effort.isSpent()) break;
  }
  return found;
}

/** Up to how many terminals the exact search comes before the reductions. */
const FEWEST_TERMINALS = 6;

/** From how many terminals on a second reduction before the exact search saves more than it takes. */
const MANY_SETS = 10;

/** How often an exact search goes through all edges: before the reductions, after the first, and after them all. */
const EXACT_FIRST = 30;
const EXACT_SECOND = 400;
const EXACT_THIRD = 2_000;
