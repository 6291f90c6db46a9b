import { err, ok, type Result } from "neverthrow";
import type { SearchLimit } from "../path/label-path.ts";
import { isInTime } from "../path/path-delay.ts";
import type { LabelledTree } from "../path/path-search.ts";
import type { Budget } from "../plan/budget.ts";
import type { Ends, NoTree, Scene } from "../plan/scene.ts";
import { Effort } from "../steiner/effort.ts";
import { leastDiameter } from "./centre.ts";
import { ConflictSearch, MAX_LOOKS, type TreeSearch } from "./conflict-search.ts";
import { growthProblem } from "./growth-problem.ts";
import { grownTree, isHopeless } from "./tree-growth.ts";
import { boundedLengths, type TreeProblem, treeProblem, withGiven } from "./tree-problem.ts";

/** Among how many links all trees are gone through though one is found already. */
export const FEW_LINKS = 20;

/** How many branches are looked into before trees are grown link by link. */
const FEW_LOOKS = 4;

/** How many arcs may be scanned then, for each branch that may be looked into. */
const GROWTH_WORK = 4_000;

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
 * the sum of costs, then fewer links, then lower links; see {@link ConflictSearch} for how it is found.
 * Where that has soon neither a tree nor a proof that there is none, or not the best of few links,
 * trees are grown link by link ({@link grownTree}), which is exact if it comes to its end. `no-tree`
 * is certain; `search-limit` says that there may be a tree that was not found. Exponential at worst, as the
 * problem is NP-hard; bounded by the looks and the budget that the request allows.
 */
export function findTree(scene: Scene, ends: Ends): Result<ProvedTree, NoTree | SearchLimit> {
  const problem = treeProblem(scene, ends);
  if (problem === undefined || !isNear(problem)) return err(NO_TREE);
  const limit = scene.maxLooks ?? MAX_LOOKS;
  const found = searched(problem, limit);
  const { best, lowerBound } = found;
  if (best === undefined) return err(isProved(found) ? NO_TREE : { type: "search-limit", limit });
  const { links, labelling, value } = best;
  return ok({ links, labelling, value, lowerBound });
}

const NO_TREE: NoTree = { type: "no-tree" };

function searched(problem: TreeProblem, maxLooks: number): TreeSearch {
  const search = new ConflictSearch(problem);
  const first = search.run(1);
  if (isProved(first)) return first;
  const isFound = first.best !== undefined;
  if (isFound && !hasFewLinks(problem)) return search.run(maxLooks);
  const growth = growthProblem(problem);
  if (isHopeless(growth)) return { best: undefined, lowerBound: Number.POSITIVE_INFINITY };
  const found = search.run(FEW_LOOKS);
  if (isProved(found)) return found;
  if (found.best !== undefined && !hasFewLinks(problem)) return search.run(maxLooks);
  const { budget = NEVER } = problem.scene.request;
  const effort = new Effort(found.best === undefined ? NEVER : budget, maxLooks * GROWTH_WORK);
  const { best, isComplete } = grownTree(growth, effort, found.best);
  if (isComplete) return { best, lowerBound: best?.value ?? Number.POSITIVE_INFINITY };
  if (best !== undefined) search.offer(best);
  return search.run(maxLooks);
}

function hasFewLinks(problem: TreeProblem): boolean {
  const open = withGiven(problem, problem.costs).filter((cost) => cost < Number.POSITIVE_INFINITY);
  return open.length <= FEW_LINKS;
}

/** Whether there is no better tree, or none at all. */
function isProved({ best, lowerBound }: TreeSearch): boolean {
  return lowerBound === (best?.value ?? Number.POSITIVE_INFINITY);
}

/** Whether any tree could have no two endpoints farther apart than the request allows. */
function isNear(problem: TreeProblem): boolean {
  const { graph, ends } = problem;
  const nodes = [...ends.terminals.keys()];
  return boundedLengths(problem, withGiven(problem, problem.costs)).every(({ lengths, most }) => {
    return isInTime(leastDiameter(graph, lengths, nodes), most);
  });
}

const NEVER: Budget = { isSpent: () => false };
