import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../../model/vlan-set.ts";
import { mostCommonLabels } from "../labels/label-classes.ts";
import type { LabelledTree } from "../path/path-search.ts";
import { reach, type Weight } from "../path/shortest-path.ts";
import { greatestLoad, leastLoad } from "../plan/edge-load.ts";
import type { Ends, NoTree, Scene } from "../plan/scene.ts";
import { allTrees } from "./all-trees.ts";
import { starTrees } from "./star-trees.ts";
import { EXACT_WORK, type SteinerQuery, steinerTree } from "./steiner.ts";
import {
  type Candidate,
  evaluated,
  type FittingCandidate,
  fits,
  linkCosts,
  lowest,
  weightAbove,
} from "./tree-candidate.ts";

/** Among how many links all trees may be gone through. */
export const MAX_LISTED_LINKS = 20;

/** The most sets of closed links that a repair may try. */
export const MAX_REPAIRS = 32;

/** Links times terminals that all tries of a repair together may go through. */
export const REPAIR_WORK = 400_000;

/**
 * Finds a cheap tree that joins all endpoints and has the bandwidth and the labels it needs.
 *
 * Cheapest is what reserves least: the sum over links and directions of cost times reservation,
 * then the sum of costs, then fewer links, then lower links. Candidates are a minimum Steiner tree
 * (where every edge reserves the same that is the optimum) and, for a hose, shortest-path trees from
 * the best roots (which hold the optimum where capacity does not bind: Gupta et al., Provisioning a
 * Virtual Private Network, STOC 2001); with a bound on hops also such trees by hops. Where the best
 * of them does not fit, or need not be the best there is, all trees are gone through if the links
 * are few, which is exact. Else, where it does not fit, links that lacked bandwidth or a common
 * label are closed, one at a time, for a search anew, and trees of one label throughout are tried;
 * that is sound, not complete.
 */
export function findTree(scene: Scene, ends: Ends): Result<LabelledTree, NoTree> {
  const first = isNear(scene, ends)
    ? lowest(candidatesOf(scene, ends, { isOpen: isAny, exactWork: EXACT_WORK }))
    : undefined;
  if (first === undefined) return err({ type: "no-tree" });
  const best = fits(first) && isSteinerBest(scene, ends) ? first : bestOfMore(scene, ends, first);
  return best === undefined ? err({ type: "no-tree" }) : ok(best);
}

/** Whether every link reserves the same, in both directions together. */
function isSteinerBest({ request }: Scene, { rates }: Ends): boolean {
  const isFlooded = request.delivery === "flood" && request.sharing === "hose";
  return isFlooded || leastLoad(request, rates) === greatestLoad(request, rates);
}

/** The best tree that fits, where `first` does not or need not be the best. */
function bestOfMore(scene: Scene, ends: Ends, first: Candidate): FittingCandidate | undefined {
  const { best, isComplete } = bestListed(scene, ends);
  if (isComplete) return best;
  if (fits(first)) return first;
  if (!scene.graph.translates.includes(1)) return bestOfOneLabel(scene, ends, first);
  const found = [best, bestOfOneLabel(scene, ends, first)].flatMap((tree) => tree ?? []);
  return lowest([...found, ...repaired(scene, ends, { isOpen: isAny })]);
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
  const { graph, availability } = scene;
  const open = new Set(openLinks(scene, ends));
  if (open.size > MAX_LISTED_LINKS) return { best: undefined, isComplete: false };
  const isOpen = (link: number): boolean => open.has(link);
  const terminals = [...ends.terminals.keys()];
  const trees = allTrees({ graph, terminals, kept: availability.kept, isOpen });
  let best: FittingCandidate | undefined;
  let next = trees.next();
  for (; next.done !== true; next = trees.next()) {
    const tree = evaluated(scene, ends, next.value);
    if (fits(tree)) best = lowest(best === undefined ? [tree] : [best, tree]);
  }
  return { best, isComplete: next.value };
}

/** The links that could be in a tree, in ascending order. */
function openLinks(scene: Scene, ends: Ends): readonly number[] {
  const weight = weightAbove(scene, isAny, leastLoad(scene.request, ends.rates));
  const open = [...scene.graph.arcs].filter(
    (arc) => (arc & 1) === 0 && weight(arc) < Number.POSITIVE_INFINITY,
  );
  return open.map((arc) => arc >> 1).sort((x, y) => x - y);
}

/** The trees that fit, breadth first over sets of closed links: few are closed where few will do. */
function repaired(scene: Scene, ends: Ends, scope: Scope): readonly FittingCandidate[] {
  const work = scene.graph.linkIds.length * ends.terminals.size;
  const tries = Math.min(MAX_REPAIRS, Math.ceil(REPAIR_WORK / work));
  const queue: ReadonlySet<number>[] = [new Set()];
  const seen = new Set([""]);
  const found: FittingCandidate[] = [];
  for (const closed of queue) {
    const isOpen = (link: number): boolean => scope.isOpen(link) && !closed.has(link);
    const exactWork = closed.size === 0 ? EXACT_WORK : EXACT_WORK / MAX_REPAIRS;
    const candidates = candidatesOf(scene, ends, { ...scope, isOpen, exactWork });
    found.push(...candidates.filter(fits));
    for (const fault of new Set(candidates.flatMap(({ faults }) => faults))) {
      const next = [...closed, fault].sort((x, y) => x - y);
      if (seen.has(next.join()) || queue.length >= tries) continue;
      seen.add(next.join());
      queue.push(new Set(next));
    }
  }
  return found;
}

/** Which trees are looked for, and how hard. */
interface Scope extends Pick<SteinerQuery, "exactWork" | "limit"> {
  /** Which links may be used. */
  readonly isOpen: (link: number) => boolean;
}

/** The trees to consider within `scope`. */
function candidatesOf(scene: Scene, ends: Ends, scope: Scope): readonly Candidate[] {
  const { graph, availability, request } = scene;
  const terminals = [...ends.terminals.keys()];
  const least = leastLoad(request, ends.rates);
  const greatest = greatestLoad(request, ends.rates);
  const treesAbove = (residual: number): readonly Candidate[] => {
    const { isOpen, ...bounds } = scope;
    const weight = weightAbove(scene, isOpen, residual);
    const query = { ...bounds, graph, terminals, kept: availability.kept, weight };
    const steiner = steinerTree(query);
    if (steiner === undefined) return [];
    const stars = isSteinerBest(scene, ends) ? [] : starTrees(query, ends.terminals);
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
 * The best tree that fits on which one label will do throughout, for the labels that are free on
 * most links, until a tree is as good as `bound`. All trees are such where no node translates, and
 * there is none to find where every node does.
 */
function bestOfOneLabel(scene: Scene, ends: Ends, bound: Candidate): FittingCandidate | undefined {
  const { graph, availability, request } = scene;
  if (!graph.translates.includes(0)) return undefined;
  const allowed = ends.bindings.network.size > 0 ? ends.vlans : VlanSet.all;
  const linkLabels = openLinks(scene, ends).map((link) => availability.labels(link));
  const sets = [...ends.bindings.own.values(), ...linkLabels];
  const isEven = leastLoad(request, ends.rates) === greatestLoad(request, ends.rates);
  let best: FittingCandidate | undefined;
  for (const label of mostCommonLabels(allowed, sets)) {
    const isOpen = (link: number): boolean => availability.labels(link).has(label);
    // Where all links reserve the same, no tree that costs more is of use once there is one.
    const limit = best !== undefined && isEven ? { limit: linkCosts(scene, best.links) } : {};
    const trees = repaired(scene, ends, { isOpen, ...limit });
    best = lowest(best === undefined ? trees : [best, ...trees]);
    if (best !== undefined && isAsGood(best, bound)) break;
  }
  return best;
}

/** Whether it reserves no more than `bound`, and its links cost no more either. */
function isAsGood(tree: Candidate, bound: Candidate): boolean {
  return [0, 1].every((at) => tree.rank[at] === bound.rank[at]);
}
