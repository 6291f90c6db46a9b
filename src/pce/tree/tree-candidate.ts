import { NOWHERE } from "../graph/graph.ts";
import { assignLabels, type Labelling } from "../labels/label-assignment.ts";
import type { Weight } from "../path/shortest-path.ts";
import type { Ends, Scene } from "../plan/scene.ts";
import { crowdedPorts } from "./crowded-ports.ts";
import { maxDegree } from "./node-degree.ts";
import { degreesOf, type LinkLoad, longest, nodesOf, treeLoads } from "./tree.ts";

/** A tree that may or may not do. */
export interface Candidate {
  /** Ascending. */
  readonly links: readonly number[];
  /** What it holds: the sum over links and directions of cost times reservation. */
  readonly value: number;
  /**
   * The lower, the better; compared element by element: how much stands in its way, its value, the
   * sum of costs, the number of links, the links.
   */
  readonly rank: readonly number[];
  readonly labelling: Labelling | undefined;
}

/** A tree that does. */
export type FittingCandidate = Candidate & { readonly labelling: Labelling };

/** Whether the tree has all that it needs. */
export function fits(candidate: Candidate): candidate is FittingCandidate {
  return candidate.rank[0] === 0 && candidate.labelling !== undefined;
}

/** Works out what a tree needs and whether it has that. O(k n) for k endpoints and n links. */
export function evaluated(scene: Scene, ends: Ends, links: readonly number[]): Candidate {
  const { graph, availability, request } = scene;
  const sorted = [...links].sort((x, y) => x - y);
  const loads = treeLoads(graph, sorted, ends.terminals, request);
  const { vlans, bindings } = ends;
  const labelling = assignLabels({ graph, links: sorted, ...availability.supply, vlans, bindings });
  const faults =
    loads.filter((load) => isOverloaded(scene, load)).length +
    crowdedPorts(scene, loads).length +
    crowdedNodes(scene, ends, sorted).length +
    deadEnds(scene, ends, sorted).length +
    (isTooLong(scene, ends, sorted) ? 1 : 0) +
    (labelling.isErr() ? 1 : 0);
  const costs = sorted.map((link) => availability.cost(link));
  const value = loads.reduce(
    (sum, { forward, backward }, at) => sum + (costs[at] ?? 0) * (forward + backward),
    0,
  );
  return {
    links: sorted,
    value,
    rank: [faults, value, linkCosts(scene, sorted), sorted.length, ...sorted],
    labelling: labelling.isOk() ? labelling.value : undefined,
  };
}

/** Whether a link has less free than it would have to hold, in either direction. */
function isOverloaded({ availability }: Scene, { link, forward, backward }: LinkLoad): boolean {
  return (
    availability.residual(2 * link) < forward || availability.residual(2 * link + 1) < backward
  );
}

/** Whether two endpoints are farther apart on the tree than the request allows. */
function isTooLong({ graph, request }: Scene, ends: Ends, links: readonly number[]): boolean {
  const { maxHops, maxDelayMs } = request;
  const nodes = [...ends.terminals.keys()];
  if (maxHops !== undefined && longest(graph, links, nodes, () => 1) > maxHops) return true;
  const delay = (link: number): number => graph.delaysMs[link] ?? 0;
  return maxDelayMs !== undefined && longest(graph, links, nodes, delay) > maxDelayMs;
}

/** The nodes of the tree that have more links than they may. */
export function crowdedNodes(
  scene: Scene,
  ends: Ends,
  links: readonly number[],
): readonly number[] {
  const degrees = [...degreesOf(scene.graph, links)];
  const crowded = degrees.filter(([node, degree]) => degree > maxDegree(scene, ends, node));
  return crowded.map(([node]) => node);
}

/** The leaves of the tree that are there only because they, or their link, must be passed. */
export function deadEnds(
  { graph, availability, request }: Scene,
  ends: Ends,
  links: readonly number[],
): readonly number[] {
  if (request.include === undefined) return [];
  const kept = nodesOf(graph, availability.kept);
  const leaves = [...degreesOf(graph, links)].filter(([, degree]) => degree === 1);
  return leaves
    .map(([node]) => node)
    .filter((node) => !ends.terminals.has(node) && !kept.has(node));
}

/** The candidate of the lowest rank. */
export function lowest<T extends Candidate>(candidates: readonly T[]): T | undefined {
  return candidates.reduce<T | undefined>(
    (best, next) => (best === undefined || isLower(next, best) ? next : best),
    undefined,
  );
}

/** Whether `candidate` ranks before `other`. */
export function isLower(candidate: Candidate, other: Candidate): boolean {
  const { rank } = candidate;
  const differs = rank.findIndex((value, at) => value !== other.rank[at]);
  return differs !== -1 && (rank[differs] ?? 0) < (other.rank[differs] ?? 0);
}

/** The sum of what the links cost. */
export function linkCosts({ availability }: Scene, links: readonly number[]): number {
  return links.reduce((sum, link) => sum + availability.cost(link), 0);
}

/** The cost of links that are enabled, may be used and have some label and this much left both ways. */
export function weightAbove(
  { graph, availability }: Scene,
  isOpen: (link: number) => boolean,
  residual: number,
): Weight {
  return (arc) => {
    const link = arc >> 1;
    const isGood =
      graph.positions[arc] !== NOWHERE &&
      isOpen(link) &&
      availability.isUsable(link) &&
      availability.residual(arc) >= residual &&
      availability.residual(arc ^ 1) >= residual &&
      !availability.labels(link).isEmpty;
    return isGood ? availability.cost(link) : Number.POSITIVE_INFINITY;
  };
}
