import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../model/vlan-set.ts";
import { allTrees } from "./all-trees.ts";
import { greatestLoad, leastLoad } from "./edge-load.ts";
import type { Graph } from "./graph.ts";
import { labelClasses, usableLinkLabels } from "./label-classes.ts";
import type { LabelledTree } from "./path-search.ts";
import type { Ends, NoTree, Scene } from "./scene.ts";
import { reach, type Weight } from "./shortest-path.ts";
import { starTrees } from "./star-trees.ts";
import { EXACT_WORK, steinerTree } from "./steiner.ts";
import {
  type Candidate,
  evaluated,
  type FittingCandidate,
  fits,
  lowest,
  weightAbove,
} from "./tree-candidate.ts";

/** Among how many links all trees may be gone through. */
export const MAX_LISTED_LINKS = 20;

/** How many sets of closed links a repair may try. */
export const MAX_REPAIRS = 32;

/**
 * Finds a cheap tree that joins all endpoints and has the bandwidth and the labels it needs.
 *
 * Cheapest is what reserves least: the sum over links and directions of metric times reservation,
 * then the sum of metrics, then fewer links, then lower links. Candidates are a minimum Steiner tree
 * (where every edge reserves the same that is the optimum) and, for a hose, shortest-path trees from
 * the best roots (which hold the optimum where capacity does not bind: Gupta et al., Provisioning a
 * Virtual Private Network, STOC 2001); with a bound on hops also such trees by hops. Where the best of them does not fit, all trees are gone
 * through if they are few, which is exact. Else links that lacked bandwidth or a common label are
 * closed, one at a time, for a search anew, and trees of one label throughout are tried; that is
 * sound, not complete.
 */
export function findTree(scene: Scene, ends: Ends): Result<LabelledTree, NoTree> {
  const first = isNear(scene, ends)
    ? lowest(candidatesOf(scene, ends, isAny, EXACT_WORK))
    : undefined;
  if (first === undefined) return err({ type: "no-tree" });
  if (fits(first)) return ok(first);
  const { best, isComplete } = bestListed(scene, ends);
  const found = best === undefined ? [] : [best];
  const tree = isComplete
    ? best
    : lowest([...found, ...repaired(scene, ends, isAny), ...ofOneLabel(scene, ends)]);
  return tree === undefined ? err({ type: "no-tree" }) : ok(tree);
}

function isAny(): boolean {
  return true;
}

/** Whether no two endpoints are farther apart than the request allows. */
function isNear(scene: Scene, ends: Ends): boolean {
  const { graph, availability, request } = scene;
  const { maxHops } = request;
  if (maxHops === undefined) return true;
  const kept = new Set(availability.kept);
  const open = weightAbove(scene, isAny, leastLoad(request, ends.rates));
  const weight = (arc: number): number => (kept.has(arc >> 1) ? 1 : hopWeight(open)(arc));
  const terminals = [...ends.terminals.keys()];
  return terminals.every((from) => {
    const { costs } = reach({ graph, weight }, [from]);
    return terminals.every((to) => (costs[to] ?? 0) <= maxHops);
  });
}

/** One for each link that `weight` lets pass. */
function hopWeight(weight: Weight): Weight {
  return (arc) => (weight(arc) < Number.POSITIVE_INFINITY ? 1 : Number.POSITIVE_INFINITY);
}

/** The best of all trees that can be listed, and whether these are all there are. */
function bestListed(
  scene: Scene,
  ends: Ends,
): { readonly best: FittingCandidate | undefined; readonly isComplete: boolean } {
  const { graph, availability, request } = scene;
  const weight = weightAbove(scene, isAny, leastLoad(request, ends.rates));
  const isOpen = (link: number): boolean => weight(2 * link) < Number.POSITIVE_INFINITY;
  const terminals = [...ends.terminals.keys()];
  if (!hasAtMost(MAX_LISTED_LINKS, graph, isOpen)) return { best: undefined, isComplete: false };
  const trees = allTrees({ graph, terminals, kept: availability.kept, isOpen });
  let best: FittingCandidate | undefined;
  let next = trees.next();
  for (; next.done !== true; next = trees.next()) {
    const tree = evaluated(scene, ends, next.value);
    if (fits(tree)) best = lowest(best === undefined ? [tree] : [best, tree]);
  }
  return { best, isComplete: next.value };
}

/** Whether no more than `most` links are open. */
function hasAtMost(most: number, graph: Graph, isOpen: (link: number) => boolean): boolean {
  let count = 0;
  for (const arc of graph.arcs) {
    if ((arc & 1) === 0 && isOpen(arc >> 1)) count++;
    if (count > most) return false;
  }
  return true;
}

/** The trees that fit, breadth first over sets of closed links: few are closed where few will do. */
function repaired(
  scene: Scene,
  ends: Ends,
  isOpen: (link: number) => boolean,
): readonly FittingCandidate[] {
  const queue: ReadonlySet<number>[] = [new Set()];
  const seen = new Set([""]);
  const found: FittingCandidate[] = [];
  for (const closed of queue) {
    const isLeft = (link: number): boolean => isOpen(link) && !closed.has(link);
    const exactWork = closed.size === 0 ? EXACT_WORK : EXACT_WORK / MAX_REPAIRS;
    const candidates = candidatesOf(scene, ends, isLeft, exactWork);
    found.push(...candidates.filter(fits));
    for (const fault of new Set(candidates.flatMap(({ faults }) => faults))) {
      const next = [...closed, fault].sort((x, y) => x - y);
      if (seen.has(next.join()) || queue.length >= MAX_REPAIRS) continue;
      seen.add(next.join());
      queue.push(new Set(next));
    }
  }
  return found;
}

/** The trees to consider when only the links that `isOpen` allows may be used. */
function candidatesOf(
  scene: Scene,
  ends: Ends,
  isOpen: (link: number) => boolean,
  exactWork: number,
): readonly Candidate[] {
  const { graph, availability, request } = scene;
  const terminals = [...ends.terminals.keys()];
  const least = leastLoad(request, ends.rates);
  const greatest = greatestLoad(request, ends.rates);
  const treesAbove = (residual: number): readonly Candidate[] => {
    const weight = weightAbove(scene, isOpen, residual);
    const query = { graph, terminals, kept: availability.kept, weight };
    const steiner = steinerTree({ ...query, exactWork });
    if (steiner === undefined) return [];
    const isUneven = least < greatest && request.delivery !== "flood";
    const stars = isUneven ? starTrees(query, ends.terminals) : [];
    const flat =
      request.maxHops === undefined
        ? []
        : starTrees({ ...query, weight: hopWeight(weight) }, ends.terminals);
    return [steiner, ...stars, ...flat].map((links) => evaluated(scene, ends, links));
  };
  const tight = treesAbove(least);
  const isEnough = least === greatest || tight.length === 0 || tight.some(fits);
  return isEnough ? tight : [...tight, ...treesAbove(greatest)];
}

/**
 * The trees that fit on which one label will do throughout; one label is tried of each class that
 * differs in the links it is free on. There are none to find where every node translates.
 */
function ofOneLabel(scene: Scene, ends: Ends): readonly FittingCandidate[] {
  const { graph, availability } = scene;
  if (!graph.translates.includes(0)) return [];
  const allowed = ends.bindings.network.size > 0 ? ends.vlans : VlanSet.all;
  const { classes } = labelClasses(allowed, usableLinkLabels(availability));
  const labels = classes.flatMap((set) => set.first() ?? []);
  return labels.flatMap((label) =>
    repaired(scene, ends, (link) => availability.labels(link).has(label)),
  );
}
