import type { VlanSet } from "../../model/vlan-set.ts";
import { assignLabels, type Labelling } from "../labels/label-assignment.ts";
import type { Weight } from "../path/shortest-path.ts";
import type { Ends, Scene } from "../plan/scene.ts";
import { diameter, type LinkLoad, treeLoads } from "./tree.ts";

/** A tree that may or may not do. */
export interface Candidate {
  readonly links: readonly number[];
  /** The lower, the better; compared element by element. */
  readonly rank: readonly number[];
  readonly labelling: Labelling | undefined;
  /** Links that stand in the way of its doing; empty if the tree does, or is too long. */
  readonly faults: readonly number[];
  readonly isTooLong: boolean;
}

/** A tree that does. */
export type FittingCandidate = Candidate & { readonly labelling: Labelling };

/** Whether the tree has all that it needs. */
export function fits(candidate: Candidate): candidate is FittingCandidate {
  return candidate.faults.length === 0 && !candidate.isTooLong && candidate.labelling !== undefined;
}

/** Works out what a tree needs and whether it has that. */
export function evaluated(scene: Scene, ends: Ends, links: readonly number[]): Candidate {
  const { graph, availability, request } = scene;
  const sorted = [...links].sort((x, y) => x - y);
  const loads = treeLoads(graph, sorted, ends.terminals, request);
  const labels = (link: number): VlanSet => availability.labels(link);
  const { vlans, bindings } = ends;
  const labelling = assignLabels({ graph, links: sorted, labels, vlans, bindings });
  const overloaded = loads.filter((load) => isOverloaded(scene, load)).map(({ link }) => link);
  const conflicting = labelling.isErr() ? labelling.error.links : [];
  const isTooLong =
    request.maxHops !== undefined &&
    diameter(graph, sorted, [...ends.terminals.keys()]) > request.maxHops;
  return {
    links: sorted,
    rank: [reservedCost(scene, loads), linkCosts(scene, sorted), sorted.length, ...sorted],
    labelling: labelling.isOk() ? labelling.value : undefined,
    faults: [...overloaded, ...conflicting],
    isTooLong,
  };
}

function isOverloaded({ availability }: Scene, { link, forward, backward }: LinkLoad): boolean {
  return (
    availability.residual(2 * link) < forward || availability.residual(2 * link + 1) < backward
  );
}

/** Sum over links and directions of cost times reservation. */
function reservedCost({ availability }: Scene, loads: readonly LinkLoad[]): number {
  return loads.reduce(
    (sum, { link, forward, backward }) => sum + availability.cost(link) * (forward + backward),
    0,
  );
}

/** Sum of what the links cost. */
export function linkCosts({ availability }: Scene, links: readonly number[]): number {
  return links.reduce((sum, link) => sum + availability.cost(link), 0);
}

/** The candidate of the lowest rank. */
export function lowest<T extends Candidate>(candidates: readonly T[]): T | undefined {
  return candidates.reduce<T | undefined>(
    (best, next) => (best === undefined || compareRanks(next.rank, best.rank) < 0 ? next : best),
    undefined,
  );
}

function compareRanks(x: readonly number[], y: readonly number[]): number {
  const differs = x.findIndex((value, at) => value !== y[at]);
  return differs === -1 ? 0 : (x[differs] ?? 0) - (y[differs] ?? 0);
}

/** The cost of links that may be used, have some label and this much left in both directions. */
export function weightAbove(
  { availability }: Scene,
  isOpen: (link: number) => boolean,
  residual: number,
): Weight {
  return (arc) => {
    const link = arc >> 1;
    const isGood =
      isOpen(link) &&
      availability.isUsable(link) &&
      availability.residual(arc) >= residual &&
      availability.residual(arc ^ 1) >= residual &&
      !availability.labels(link).isEmpty;
    return isGood ? availability.cost(link) : Number.POSITIVE_INFINITY;
  };
}
