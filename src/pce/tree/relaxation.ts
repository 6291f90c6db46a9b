import { type Graph, headOf, tailOf } from "../graph/graph.ts";
import type { Budget } from "../plan/budget.ts";
import { dijkstraSteiner } from "../steiner/dijkstra-steiner.ts";
import { costOfEdges } from "../steiner/edge-tree.ts";
import { Effort } from "../steiner/effort.ts";
import {
  type SteinerOptions,
  type SteinerSolution,
  solveSteiner,
} from "../steiner/solve-steiner.ts";
import { problemGraph, type SteinerProblem } from "../steiner/steiner-graph.ts";
import { labelStates, nodeWithTwo } from "./label-states.ts";
import { openCosts, type Restriction } from "./restriction.ts";
import { nodesOf, pruned, spanningForest } from "./tree.ts";
import type { TreeProblem } from "./tree-problem.ts";

/** A tree that may lack bandwidth, labels or whatever else was not looked at. */
export interface Relaxation {
  readonly links: readonly number[];
  /** No tree that meets the restriction costs less; the sum of what its links cost. */
  readonly lowerBound: number;
  /** A node at which the tree would have two labels although the node does not translate. */
  readonly twice?: readonly [node: number, one: number, other: number];
}

/** How hard to look. */
export interface RelaxationOptions extends SteinerOptions {
  /** Trees that do not cost less are not wanted. */
  readonly below: number;
}

/**
 * Finds a minimum Steiner tree of what must be joined, or one near it, which may cost `below` or more;
 * `undefined` if it is certain that none that meets the restriction costs less.
 *
 * Links that must be in it cost nothing meanwhile: then some minimum tree has them all. The tree that
 * is kept is drawn together to one node.
 */
export function relaxed(
  problem: TreeProblem,
  restriction: Restriction,
  how: RelaxationOptions,
): Relaxation | undefined {
  const { given, scene } = problem;
  const always = [...given, ...restriction.required];
  const costs = openCosts(problem, restriction);
  for (const link of always) costs[link] = 0;
  const fixed = always.reduce((sum, link) => sum + scene.availability.cost(link), 0);
  const { labelled } = restriction;
  if (labelled === undefined) {
    const search = plainSearch(problem, restriction, costs);
    const found = minimumTree(search, { ...how, below: how.below - fixed });
    if (found === undefined) return undefined;
    const links = tidied(problem, always, found.links);
    return { links, lowerBound: found.lowerBound + fixed };
  }
  const states = labelStates(problem, restriction, labelled, costs);
  const found = minimumTree(states, { ...how, below: how.below - fixed + states.fees });
  if (found === undefined) return undefined;
  const origins = found.links.map((link) => states.origins[link] ?? -1);
  const links = tidied(
    problem,
    always,
    origins.filter((link) => link >= 0),
  );
  const twice = nodeWithTwo(states, found.links);
  const lowerBound = found.lowerBound - states.fees + fixed;
  return { links, lowerBound, ...(twice === undefined ? {} : { twice }) };
}

/** Exact where a search that drops what does not cost less than `below` ends soon. */
function minimumTree(
  problem: SteinerProblem,
  { below, ...options }: RelaxationOptions,
): Pick<SteinerSolution, "links" | "lowerBound"> | undefined {
  const isBounded = below < Number.POSITIVE_INFINITY;
  if (isBounded && problem.terminals.length > 1 && problem.terminals.length <= FEW_TERMINALS) {
    const { graph, links } = problemGraph(problem);
    const effort = new Effort(NEVER, options.work);
    const { edges } = dijkstraSteiner(graph, below, effort);
    if (edges !== undefined) {
      return {
        links: edges.map((edge) => links[edge] ?? 0),
        lowerBound: costOfEdges(graph, edges),
      };
    }
    if (!effort.isSpent()) return undefined;
  }
  const found = solveSteiner(problem, options);
  return found !== undefined && found.lowerBound < below ? found : undefined;
}

/** Up to how many nodes to join the exact search comes first. */
const FEW_TERMINALS = 12;

const NEVER: Budget = { isSpent: () => false };

/** The graph itself, with the tree that is kept drawn together to one node. */
function plainSearch(
  { graph, needed, scene }: TreeProblem,
  { required }: Restriction,
  costs: Float64Array,
): SteinerProblem {
  const nodes = nodeNumbers(graph, scene.availability.kept);
  const always = [...needed, ...nodesOf(graph, required)];
  return {
    nodeCount: graph.nodeIds.length,
    a: Int32Array.from(costs, (_, link) => nodes[tailOf(graph, 2 * link)] ?? 0),
    b: Int32Array.from(costs, (_, link) => nodes[headOf(graph, 2 * link)] ?? 0),
    costs,
    terminals: [...new Set(always.map((node) => nodes[node] ?? 0))],
  };
}

/** All nodes that the tree `kept` joins have one number; every other node has its own. */
function nodeNumbers(graph: Graph, kept: readonly number[]): Int32Array {
  const numbers = Int32Array.from(graph.nodeIds.keys());
  const inside = nodesOf(graph, kept);
  const least = Math.min(...inside);
  for (const node of inside) numbers[node] = least;
  return numbers;
}

/** A tree with all of `always` out of these links and `links`, and no branch that leads nowhere. */
export function tidied(
  { graph, needed, scene }: TreeProblem,
  always: readonly number[],
  links: readonly number[],
): readonly number[] {
  const weight = (arc: number): number => scene.availability.cost(arc >> 1);
  const forest = spanningForest({ graph, weight }, links, always);
  const inside = new Set([...needed, ...nodesOf(graph, always)]);
  return pruned(graph, forest, (node) => inside.has(node));
}
