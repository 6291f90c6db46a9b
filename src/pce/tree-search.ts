import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../model/vlan-set.ts";
import { greatestLoad, leastLoad } from "./edge-load.ts";
import { metricOf } from "./graph.ts";
import { assignLabels, type Labelling } from "./label-assignment.ts";
import { labelClasses, usableLinkLabels } from "./label-classes.ts";
import type { LabelledTree } from "./path-search.ts";
import type { Ends, NoTree, Scene } from "./scene.ts";
import type { Weight } from "./shortest-path.ts";
import { starTrees } from "./star-trees.ts";
import { EXACT_WORK, type SteinerQuery, steinerTree } from "./steiner.ts";
import { costOf, diameter, type LinkLoad, treeLoads } from "./tree.ts";

/** How many sets of closed links a repair may try. */
export const MAX_REPAIRS = 32;

/**
 * Finds a cheap tree that joins all endpoints and has the bandwidth and the labels it needs.
 *
 * Cheapest is what reserves least: the sum over links and directions of metric times reservation,
 * then the sum of metrics, then fewer links, then lower links. Candidates are a minimum Steiner tree
 * (where every edge reserves the same that is the optimum) and, for a hose, shortest-path trees from
 * the best roots (which hold the optimum where capacity does not bind: Gupta et al., Provisioning a
 * Virtual Private Network, STOC 2001). Where none of them fits, links that lacked bandwidth or a
 * common label are closed, one at a time, and the search begins again; and trees of one label
 * throughout are tried. Sound, not complete: it gives up after {@link MAX_REPAIRS} tries.
 */
export function findTree(scene: Scene, ends: Ends): Result<LabelledTree, NoTree> {
  const best = repaired(scene, ends, () => true) ?? bestOfOneLabel(scene, ends);
  return best === undefined ? err({ type: "no-tree" }) : ok(best);
}

/** A tree that may or may not do. */
interface Candidate {
  readonly links: readonly number[];
  readonly rank: readonly number[];
  readonly labelling: Labelling | undefined;
  /** Links that stand in the way of its doing; empty if the tree does, or is too long. */
  readonly faults: readonly number[];
  readonly isTooLong: boolean;
}

type FittingCandidate = Candidate & { readonly labelling: Labelling };

function fits(candidate: Candidate): candidate is FittingCandidate {
  return candidate.faults.length === 0 && !candidate.isTooLong && candidate.labelling !== undefined;
}

/** Breadth first over sets of closed links, so that little is closed where little does. */
function repaired(
  scene: Scene,
  ends: Ends,
  isOpen: (link: number) => boolean,
): FittingCandidate | undefined {
  const queue: ReadonlySet<number>[] = [new Set()];
  const seen = new Set([""]);
  let best: FittingCandidate | undefined;
  for (const closed of queue) {
    const isLeft = (link: number): boolean => isOpen(link) && !closed.has(link);
    const exactWork = closed.size === 0 ? EXACT_WORK : EXACT_WORK / MAX_REPAIRS;
    const candidates = candidatesOf(scene, ends, isLeft, exactWork);
    best = lowest([...candidates.filter(fits), ...(best === undefined ? [] : [best])]);
    if (closed.size === 0 && best !== undefined && lowest(candidates) === best) break;
    for (const fault of new Set(candidates.flatMap(({ faults }) => faults))) {
      const next = [...closed, fault].sort((x, y) => x - y);
      if (seen.has(next.join()) || queue.length >= MAX_REPAIRS) continue;
      seen.add(next.join());
      queue.push(new Set(next));
    }
  }
  return best;
}

/** The trees to consider when only the links that `isOpen` allows may be used. */
function candidatesOf(
  scene: Scene,
  ends: Ends,
  isOpen: (link: number) => boolean,
  exactWork: number,
): readonly Candidate[] {
  const { request } = scene;
  const least = leastLoad(request, ends.rates);
  const greatest = greatestLoad(request, ends.rates);
  const treesAbove = (residual: number): readonly Candidate[] => {
    const query = steinerQuery(scene, ends, weightAbove(scene, isOpen, residual));
    const steiner = steinerTree({ ...query, exactWork });
    if (steiner === undefined) return [];
    const isUneven = least < greatest && request.delivery !== "flood";
    const trees = isUneven ? [steiner, ...starTrees(query, ends.terminals)] : [steiner];
    return trees.map((links) => candidate(scene, ends, links));
  };
  const tight = treesAbove(least);
  const isEnough = least === greatest || tight.length === 0 || tight.some(fits);
  return isEnough ? tight : [...tight, ...treesAbove(greatest)];
}

function steinerQuery(scene: Scene, ends: Ends, weight: Weight): SteinerQuery {
  const { graph, availability } = scene;
  return { graph, terminals: [...ends.terminals.keys()], kept: availability.kept, weight };
}

/** The metric of links that may be used, have some label and this much left in both directions. */
function weightAbove(
  { graph, availability }: Scene,
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
    return isGood ? metricOf(graph, link) : Number.POSITIVE_INFINITY;
  };
}

function candidate(scene: Scene, ends: Ends, links: readonly number[]): Candidate {
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
    rank: [reservedCost(scene, loads), costOf(graph, sorted), sorted.length, ...sorted],
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

/** Sum over links and directions of metric times reservation. */
function reservedCost({ graph }: Scene, loads: readonly LinkLoad[]): number {
  return loads.reduce(
    (cost, { link, forward, backward }) => cost + metricOf(graph, link) * (forward + backward),
    0,
  );
}

function lowest<T extends Candidate>(candidates: readonly T[]): T | undefined {
  return candidates.reduce<T | undefined>(
    (best, next) => (best === undefined || compareRanks(next.rank, best.rank) < 0 ? next : best),
    undefined,
  );
}

function compareRanks(x: readonly number[], y: readonly number[]): number {
  const differs = x.findIndex((value, at) => value !== y[at]);
  return differs === -1 ? 0 : (x[differs] ?? 0) - (y[differs] ?? 0);
}

/** Tries trees on which one label will do throughout, for labels that differ in the links they have. */
function bestOfOneLabel(scene: Scene, ends: Ends): LabelledTree | undefined {
  const { availability } = scene;
  const allowed = ends.bindings.network.size > 0 ? ends.vlans : VlanSet.all;
  const sets = usableLinkLabels(scene.availability);
  const labels = labelClasses(allowed, sets).classes.flatMap((set) => set.first() ?? []);
  const trees = labels.flatMap(
    (label) => repaired(scene, ends, (link) => availability.labels(link).has(label)) ?? [],
  );
  return lowest(trees);
}
