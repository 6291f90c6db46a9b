import { greatestLoad } from "../plan/edge-load.ts";
import type { Effort } from "../steiner/effort.ts";
import { centreTree } from "./centre.ts";
import { exchanged } from "./path-exchange.ts";
import { tidied } from "./relaxation.ts";
import { openCosts, type Restriction } from "./restriction.ts";
import { starTrees } from "./star-trees.ts";
import { type Candidate, evaluated, fits, lowest } from "./tree-candidate.ts";
import { boundedLengths, type TreeProblem, withGiven } from "./tree-problem.ts";

/** Trees besides a Steiner tree, and what they say of all trees of a restriction. */
export interface MoreTrees {
  readonly candidates: readonly Candidate[];
  /** No tree that fits has a lower value. */
  readonly lowerBound: number;
}

/** The Steiner tree of a look, and what no Steiner tree there costs less than. */
export interface SteinerLook {
  readonly steiner: Candidate;
  readonly leastCost: number;
}

/**
 * Trees that may be better than `steiner`, or fit where it does not: shortest-path trees by cost, and
 * by hops or delay where these are bounded, the tree of the least diameter too, and what exchanging paths makes of the best two of all.
 *
 * Where links hold different amounts, the cheapest hose tree gives a second lower bound: a link holds
 * twice the rate of its lesser side, and for each endpoint what it may flood.
 *
 * Sources: {@link starTrees} and {@link exchanged}, which also say what they cost and how ties go. Exact by its
 * bound where the best star fits and nobody may flood; else no more than a repair, and the bound holds.
 */
export function moreTrees(
  problem: TreeProblem,
  restriction: Restriction,
  { steiner, leastCost }: SteinerLook,
  effort: Effort,
): MoreTrees {
  const isEven = problem.evenLoad !== undefined;
  if (isEven && fits(steiner)) return { candidates: [], lowerBound: 0 };
  const always = [...problem.given, ...restriction.required];
  const costs = withGiven(problem, openCosts(problem, restriction), restriction.required);
  const stars = starTrees(problem, always, costs);
  effort.charge(problem.ends.terminals.size * problem.graph.arcs.length);
  const lowerBound = hoseBound(problem, stars.lowerBound, leastCost);
  const joined = { ends: [...problem.ends.terminals.keys()], needed: problem.needed };
  const short = boundedLengths(problem, costs).flatMap(({ lengths }) => {
    const central = centreTree(problem.graph, lengths, joined);
    const { trees } = starTrees(problem, always, lengths);
    return central === undefined ? trees : [tidied(problem, always, central), ...trees];
  });
  const trees = [...stars.trees, ...short].map((links) =>
    evaluated(problem.scene, problem.ends, links),
  );
  // No exchange makes up for labels that are still to be chosen for the whole tree.
  const isEarly = restriction.label === undefined && !problem.graph.translates.includes(1);
  const best = lowest([steiner, ...trees]) ?? steiner;
  const isDone = fits(best) && best.value <= lowerBound;
  if (isDone || (isEarly && best.labelling === undefined)) return { candidates: trees, lowerBound };
  const starts = best === steiner ? [steiner, ...trees.slice(0, 1)] : [best, steiner];
  const better = starts.map((start) => exchanged({ problem, always, costs }, start, effort));
  return { candidates: [...trees, ...better], lowerBound };
}

/** What no tree can be below if it must hold what a hose must; nothing where links may hold less. */
function hoseBound(
  { scene: { request }, ends: { rates } }: TreeProblem,
  leastSum: number,
  leastCost: number,
): number {
  const { bandwidth, sharing, delivery, floodAllowance = 0 } = request;
  const most = greatestLoad({ ...request, sharing: "hose" }, rates);
  if (delivery === "flood" || (sharing === "shared" && most > bandwidth)) return 0;
  return 2 * leastSum + rates.length * floodAllowance * leastCost;
}
