import type { VlanSet } from "../../model/vlan-set.ts";
import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf, type Graph } from "../graph/graph.ts";
import { greatestLoad, leastLoad, sideOf } from "../plan/edge-load.ts";
import type { Ends, Scene } from "../plan/scene.ts";
import { nodesOf, pruned } from "./tree.ts";
import { weightAbove } from "./tree-candidate.ts";

/** What the trees of one request must join, and from what. */
export interface TreeProblem {
  readonly scene: Scene;
  readonly ends: Ends;
  readonly graph: Graph;
  /** The nodes that must be in a tree: those of endpoints, and those to include. Ascending. */
  readonly needed: readonly number[];
  /** The links that must be in a tree: those it keeps first, then those to include. */
  readonly given: readonly number[];
  /** What a link costs; infinite if it has no label, or no room for the least that it could hold. */
  readonly costs: Float64Array;
  /** What each link holds, both ways together, if that is the same for all of every tree; bit/s. */
  readonly evenLoad: number | undefined;
  /** What each link holds at least and at most, in either direction, bit/s. */
  readonly least: number;
  readonly greatest: number;
}

/** The problem of a request; absent if something that must be in the tree cannot be. */
export function treeProblem(scene: Scene, ends: Ends): TreeProblem | undefined {
  const { graph, availability, request } = scene;
  const parting = leastLoad(request, ends.rates);
  const greatest = greatestLoad(request, ends.rates);
  const weight = weightAbove(scene, () => true, parting);
  const costs = Float64Array.from(graph.linkIds, (_, link) => weight(2 * link));
  const given = new Set(availability.kept);
  for (const id of request.include?.links ?? []) {
    const link = graph.linkOf.get(id);
    if (link === undefined) return undefined;
    const isOpen = given.has(link) || (costs[link] ?? 0) < Number.POSITIVE_INFINITY;
    if (!isOpen) return undefined;
    given.add(link);
  }
  const needed = neededNodes(scene, ends, given);
  if (needed === undefined || hasCycle(graph, given)) return undefined;
  const least = hasIdleBranch(scene, ends) ? 0 : parting;
  return {
    scene,
    ends,
    graph,
    needed,
    given: [...given],
    costs,
    evenLoad: evenLoad(scene, ends, least, greatest),
    least,
    greatest,
  };
}

/** The labels that may be used on `link`. */
export function labelsOf({ scene: { availability } }: TreeProblem, link: number): VlanSet {
  return availability.labels(link);
}

/** These costs, but what must be in the tree costs what it does, whatever else may use it. */
export function withGiven(
  { given, scene: { availability } }: TreeProblem,
  costs: Float64Array,
  required: readonly number[] = [],
): Float64Array {
  const open = costs.slice();
  for (const link of [...given, ...required]) open[link] = availability.cost(link);
  return open;
}

/** What is bounded between any two endpoints: how much of it each open link adds, and the bound. */
export function boundedLengths(
  { graph, scene: { request } }: TreeProblem,
  costs: Float64Array,
): readonly { readonly lengths: Float64Array; readonly most: number }[] {
  const { maxHops, maxDelayMs } = request;
  const lengths = (length: (link: number) => number): Float64Array =>
    costs.map((cost, link) => (cost < Number.POSITIVE_INFINITY ? length(link) : cost));
  const delay = (link: number): number => graph.delaysMs[link] ?? 0;
  return [
    ...(maxHops === undefined ? [] : [{ lengths: lengths(() => 1), most: maxHops }]),
    ...(maxDelayMs === undefined ? [] : [{ lengths: lengths(delay), most: maxDelayMs }]),
  ];
}

function hasCycle(graph: Graph, links: ReadonlySet<number>): boolean {
  const sets = new DisjointSets(graph.nodeIds.length);
  return ![...links].every((link) => sets.unite(...endsOf(graph, link)));
}

/** Whether a branch to keep leads to no endpoint: then it may hold less than one that parts some. */
function hasIdleBranch({ graph, availability: { kept } }: Scene, { terminals }: Ends): boolean {
  return pruned(graph, kept, (node) => terminals.has(node)).length < kept.length;
}

function neededNodes(
  { graph, request }: Scene,
  { terminals }: Ends,
  given: ReadonlySet<number>,
): readonly number[] | undefined {
  const nodes = new Set([...terminals.keys(), ...nodesOf(graph, [...given])]);
  for (const id of request.include?.nodes ?? []) {
    const node = graph.nodeOf.get(id);
    if (node === undefined || request.exclude?.nodes?.has(id)) return undefined;
    nodes.add(node);
  }
  return [...nodes].sort((x, y) => x - y);
}

function evenLoad(
  { request }: Scene,
  { rates }: Ends,
  least: number,
  greatest: number,
): number | undefined {
  const isFlooded = request.delivery === "flood" && request.sharing === "hose";
  if (isFlooded) return sideOf(rates).rate;
  return least === greatest ? 2 * least : undefined;
}
