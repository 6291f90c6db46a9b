import { err, ok, type Result } from "neverthrow";
import type { LabelledTree } from "../path/path-search.ts";
import { reach } from "../path/shortest-path.ts";
import type { Ends, NoTree, Scene } from "../plan/scene.ts";
import { allTrees } from "./all-trees.ts";
import { MAX_LOOKS, searchTrees, type TreeSearch } from "./conflict-search.ts";
import { evaluated, type FittingCandidate, fits, isLower } from "./tree-candidate.ts";
import { boundedLengths, type TreeProblem, treeProblem, withGiven } from "./tree-problem.ts";

/** Among how many links all trees may be gone through. */
export const MAX_LISTED_LINKS = 20;

/** How many branches are looked into before all trees are gone through, where the links are few. */
const FEW_LOOKS = 4;

/** A tree with its labels, and how good it is. */
export interface ProvedTree extends LabelledTree {
  /** What it holds: the sum over links and directions of cost times reservation. */
  readonly value: number;
  /** No tree has a lower value. */
  readonly lowerBound: number;
}

/**
 * Finds a cheap tree that joins all endpoints and has all it needs: bandwidth, labels, what must be
 * passed, no more hops and delay than allowed, no branch where a node cannot.
 *
 * Cheapest is what reserves least: the sum over links and directions of cost times reservation, then
 * the sum of costs, then fewer links, then lower links; see {@link searchTrees} for how it is found.
 * Where that cannot prove its tree, all trees are gone through if the links are few, which is exact.
 */
export function findTree(scene: Scene, ends: Ends): Result<ProvedTree, NoTree> {
  const problem = treeProblem(scene, ends);
  if (problem === undefined || !isNear(problem)) return err({ type: "no-tree" });
  const { best, lowerBound } = searched(problem, scene.maxLooks);
  if (best === undefined) return err({ type: "no-tree" });
  const { links, labelling, value } = best;
  return ok({ links, labelling, value, lowerBound });
}

function searched(problem: TreeProblem, maxLooks: number = MAX_LOOKS): TreeSearch {
  if (!hasFewLinks(problem)) return searchTrees(problem, maxLooks);
  const found = searchTrees(problem, FEW_LOOKS);
  return isProved(found) ? found : (listed(problem) ?? searchTrees(problem, maxLooks));
}

function hasFewLinks(problem: TreeProblem): boolean {
  const open = withGiven(problem, problem.costs).filter((cost) => cost < Number.POSITIVE_INFINITY);
  return open.length <= MAX_LISTED_LINKS;
}

/** Whether there is no better tree, or none at all. */
function isProved({ best, lowerBound }: TreeSearch): boolean {
  return lowerBound === (best?.value ?? Number.POSITIVE_INFINITY);
}

/** Whether no two endpoints are farther apart than the request allows, whatever the tree. */
function isNear(problem: TreeProblem): boolean {
  const { graph, ends } = problem;
  const nodes = [...ends.terminals.keys()];
  return boundedLengths(problem, withGiven(problem, problem.costs)).every(({ lengths, most }) => {
    const weight = (arc: number): number => lengths[arc >> 1] ?? 0;
    return nodes.every((from) => {
      const { costs } = reach({ graph, weight }, [from]);
      return nodes.every((to) => (costs[to] ?? 0) <= most);
    });
  });
}

/** The best of all trees; `undefined` if they are too many to go through. */
function listed(problem: TreeProblem): TreeSearch | undefined {
  const { graph, needed, scene } = problem;
  const { kept } = scene.availability;
  const costs = withGiven(problem, problem.costs);
  const isOpen = (link: number): boolean => (costs[link] ?? 0) < Number.POSITIVE_INFINITY;
  const trees = allTrees({ graph, terminals: needed, kept, isOpen });
  let best: FittingCandidate | undefined;
  let next = trees.next();
  for (; next.done !== true; next = trees.next()) {
    const tree = evaluated(problem.scene, problem.ends, next.value);
    const hasAll = problem.given.every((link) => tree.links.includes(link));
    if (hasAll && fits(tree) && (best === undefined || isLower(tree, best))) best = tree;
  }
  const isComplete = next.value;
  return isComplete ? { best, lowerBound: best?.value ?? Number.POSITIVE_INFINITY } : undefined;
}
