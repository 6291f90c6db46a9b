import type { Included } from "../../model/refusal.ts";
import { type Graph, headOf } from "../graph/graph.ts";
import { attempt } from "../plan/attempt.ts";
import { terminalsOf } from "../plan/ends.ts";
import type { Inclusion, NetworkPlan } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { leastDiameter } from "../tree/centre.ts";
import { incidence } from "../tree/tree.ts";
import { weightAbove } from "../tree/tree-candidate.ts";
import { asking } from "./what-if.ts";

/** A bound that a request sets to its tree: hops, or delay in ms, between any two endpoints. */
export type TreeBound = "maxHops" | "maxDelayMs";

/**
 * The least value of `bound` for which the request is planned, which it is not for its own; `unbound`
 * is a plan without the bound. Not certain if a search was given up.
 *
 * No tree has less than the least diameter of any ({@link leastDiameter}), which is tried first. Each
 * plan found has a value of its own: what is just below it is tried, and what is halfway to what failed.
 * Bisection, so as many plans as twice the binary logarithm of the distance at most, mostly one.
 */
export function leastBound(
  scene: Scene,
  bound: TreeBound,
  unbound: NetworkPlan,
): { readonly least: number; readonly isCertain: boolean } {
  let least = extentOf(scene, bound, unbound);
  const step = STEPS[bound];
  const nearest = nearestOf(scene, bound);
  let failed = Math.max(scene.request[bound] ?? 0, nearest - step);
  let isCertain = true;
  const take = (value: number): void => {
    if (value <= failed) return;
    const planned = attempt(asking(scene, { [bound]: value }));
    const extent = planned.map((plan) => extentOf(scene, bound, plan)).unwrapOr(least);
    if (extent < least) least = extent;
    else failed = value;
    if (planned.isErr() && planned.error.type === "search-limit") isCertain = false;
  };
  take(nearest + LEEWAY[bound]);
  while (least - failed > step * ROUNDING) {
    take(least - step);
    take(Math.ceil((failed + (least - failed) / 2) / step) * step);
  }
  return { least: Number(least.toFixed(DECIMALS)), isCertain };
}

/** As few as can be of what the request wants passed that cannot be, all taken together. */
export function impassable(scene: Scene): readonly Included[] {
  const cannotPass = (elements: readonly Included[]): boolean =>
    attempt(asking(scene, { include: inclusionOf(elements) })).match(
      () => false,
      ({ type }) => type !== "search-limit",
    );
  const all = elementsOf(scene.request.include);
  return all.reduce((needed, element) => {
    const rest = needed.filter((other) => other !== element);
    return cannotPass(rest) ? rest : needed;
  }, all);
}

/** What `include` names, links first, each in ascending order of ids. */
export function elementsOf(include: Inclusion | undefined): readonly Included[] {
  return [
    ...[...(include?.links ?? [])].sort().map((link) => ({ type: "link", link }) as const),
    ...[...(include?.nodes ?? [])].sort().map((node) => ({ type: "node", node }) as const),
  ];
}

/** An inclusion of these. */
export function inclusionOf(elements: readonly Included[]): Inclusion {
  return {
    links: new Set(elements.flatMap((e) => (e.type === "link" ? [e.link] : []))),
    nodes: new Set(elements.flatMap((e) => (e.type === "node" ? [e.node] : []))),
  };
}

/** Of a bound: to the nanosecond. */
const DECIMALS = 6;

/** What bounds are told apart by: one hop, or two nanoseconds, twice what searches forgive. */
const STEPS = { maxHops: 1, maxDelayMs: 2e-6 } as const;

/** How far apart two endpoints are at least, by links that a tree could use. */
function nearestOf(scene: Scene, bound: TreeBound): number {
  const { graph, request } = scene;
  const weight = weightAbove(scene, () => true, 0);
  const lengths = Float64Array.from(graph.linkIds, (_, link) =>
    Number.isFinite(weight(2 * link)) ? lengthOf(scene, bound, link) : Number.POSITIVE_INFINITY,
  );
  for (const link of scene.availability.kept) lengths[link] = lengthOf(scene, bound, link);
  return leastDiameter(graph, lengths, [...terminalsOf(graph, request.endpoints).keys()]);
}

function lengthOf({ graph }: Scene, bound: TreeBound, link: number): number {
  return bound === "maxHops" ? 1 : (graph.delaysMs[link] ?? 0);
}

/** Sums of delays in another order are not quite the same. */
const LEEWAY = { maxHops: 0, maxDelayMs: 1e-6 } as const;

/** What is a step apart may seem to be a little more. */
const ROUNDING = 1.001;

/** The most hops, or ms of delay, between any two endpoints of the plan. */
function extentOf(scene: Scene, bound: TreeBound, plan: NetworkPlan): number {
  const { graph, request } = scene;
  const links = plan.links.flatMap(({ link }) => graph.linkOf.get(link) ?? []);
  const length = (link: number): number => lengthOf(scene, bound, link);
  const at = incidence(graph, links);
  const terminals = [...terminalsOf(graph, request.endpoints).keys()];
  const farthest = terminals.map((start) => {
    const lengths = lengthsFrom(graph, at, start, length);
    return Math.max(...terminals.map((end) => lengths.get(end) ?? 0));
  });
  return Math.max(0, ...farthest);
}

/** How far each node of a tree is from `start`. */
function lengthsFrom(
  graph: Graph,
  at: ReadonlyMap<number, readonly number[]>,
  start: number,
  length: (link: number) => number,
): ReadonlyMap<number, number> {
  const lengths = new Map([[start, 0]]);
  for (const [node, before] of lengths) {
    for (const arc of at.get(node) ?? []) {
      const head = headOf(graph, arc);
      if (!lengths.has(head)) lengths.set(head, before + length(arc >> 1));
    }
  }
  return lengths;
}
