import type { Ledger } from "../../ledger.ts";
import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import type { LinkId } from "../../model/ids.ts";
import type { Topology } from "../../topology.ts";
import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf } from "../graph/graph.ts";
import { attempt, sceneOf } from "../plan/attempt.ts";
import type { LinkState, NetworkPlan, PlannedLink, PlanRequest } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { costOfPlan, leastCost, type Measure, measureOf } from "./plan-cost.ts";
import { restaged } from "./what-if.ts";

/** Why a plan is as it is, and what hangs on it. */
export interface PlanExplanation {
  readonly measure: Measure;
  /** What the plan costs by that measure. */
  readonly cost: number;
  /** No plan for the request costs less. */
  readonly atLeast: number;
  /** Whether no plan for the request costs less than this one, within what numbers can tell. */
  readonly isOptimal: boolean;
  /** The cheapest plan found on other links; absent if there is none. */
  readonly next?: Alternative;
  /** Of each link of the plan, in their order, what happens if it fails. */
  readonly failures: readonly LinkFailure[];
  /** Whether there was time to look for the detours of all links. */
  readonly isComplete: boolean;
  /** The link direction that has the least left once the plan is in place; absent without links. */
  readonly tightest?: TightLink;
}

/** Another plan, and what it costs by the same measure. */
export interface Alternative {
  readonly plan: NetworkPlan;
  readonly cost: number;
}

/** What happens if one link fails. */
export interface LinkFailure {
  readonly link: LinkId;
  /** The host ports on the side of the link's `a`, and on that of its `b`, cut off from each other. */
  readonly parts: readonly [readonly string[], readonly string[]];
  /** The cheapest plan found without the link; absent if there is none. */
  readonly detour?: Alternative;
}

/** A link direction, and what it has left once the plan is in place. */
export interface TightLink {
  readonly link: LinkId;
  readonly direction: "forward" | "backward";
  readonly residual: Bandwidth;
}

/**
 * Explains a plan for `request`: what it costs and how far that is from the least, which plan comes
 * next, what breaks with each link, and where it is tightest. What the holder has counts as free, and
 * a tree to keep is not kept.
 *
 * The next best plan lacks some link of this one; so it is the cheapest of the plans without one of
 * its links each (Lawler, A Procedure for Computing the K Best Solutions to Discrete Optimization
 * Problems, 1972), which are the detours too. Exact for two endpoints; for trees as good as the tree
 * search is. One plan is made for each link, as long as the request's budget lasts. Of equals, the
 * detour of the lowest link is next.
 */
export function explainPlan(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  { request, plan }: { readonly request: PlanRequest; readonly plan: NetworkPlan },
): PlanExplanation {
  const { keep: _, ...anew } = request;
  const scene = sceneOf(topology, ledger, linkState, anew);
  const measure = measureOf(scene);
  const cost = costOfPlan(scene, measure, plan);
  const failures = plan.links.map(({ link }) => failureOf(scene, plan, link));
  const next = cheapest(failures.flatMap(({ failure }) => failure.detour ?? []));
  const tightest = tightestOf(scene, plan.links);
  const atLeast = Math.min(cost, leastCost(scene, measure));
  return {
    measure,
    cost,
    atLeast,
    isOptimal: cost <= atLeast * (1 + ROUNDING),
    ...(next === undefined ? {} : { next }),
    failures: failures.map(({ failure }) => failure),
    isComplete: failures.every(({ isCertain }) => isCertain),
    ...(tightest === undefined ? {} : { tightest }),
  };
}

/** Costs are sums of many products; what differs by less is the same. */
const ROUNDING = 1e-12;

function failureOf(
  scene: Scene,
  plan: NetworkPlan,
  link: LinkId,
): { readonly failure: LinkFailure; readonly isCertain: boolean } {
  const parts = partsWithout(scene, plan, link);
  if (scene.request.budget?.isSpent()) return { failure: { link, parts }, isCertain: false };
  const { exclude } = scene.request;
  const links = new Set([...(exclude?.links ?? []), link]);
  const without = restaged(scene, { exclude: { ...exclude, links } });
  return attempt(without).match(
    (other) => {
      const cost = costOfPlan(without, measureOf(scene), other);
      return { failure: { link, parts, detour: { plan: other, cost } }, isCertain: true };
    },
    ({ type }) => ({ failure: { link, parts }, isCertain: type !== "search-limit" }),
  );
}

function cheapest(plans: readonly Alternative[]): Alternative | undefined {
  const [first, ...others] = plans;
  return others.reduce(
    (best, other) => (best !== undefined && other.cost >= best.cost ? best : other),
    first,
  );
}

/** The host ports on either side of `link` in the tree of `plan`. */
function partsWithout(
  { graph, request }: Scene,
  plan: NetworkPlan,
  link: LinkId,
): LinkFailure["parts"] {
  const sets = new DisjointSets(graph.nodeIds.length);
  for (const other of plan.links) {
    const index = graph.linkOf.get(other.link);
    if (index === undefined || other.link === link) continue;
    const [a, b] = endsOf(graph, index);
    sets.unite(a, b);
  }
  const [a] = endsOf(graph, graph.linkOf.get(link) ?? 0);
  const isNear = (node: number | undefined): boolean =>
    node !== undefined && sets.find(node) === sets.find(a);
  const near = request.endpoints.filter(({ touchPoint }) =>
    isNear(graph.nodeOf.get(touchPoint.node)),
  );
  const far = request.endpoints.filter((endpoint) => !near.includes(endpoint));
  return [near.map(hostPortOf), far.map(hostPortOf)];
}

function hostPortOf({ touchPoint }: PlanRequest["endpoints"][number]): string {
  return touchPoint.hostPort;
}

function tightestOf(
  { graph, availability }: Scene,
  links: readonly PlannedLink[],
): TightLink | undefined {
  const left = links.flatMap(({ link, forward, backward }): TightLink[] => {
    const arc = 2 * (graph.linkOf.get(link) ?? 0);
    return [
      { link, direction: "forward", residual: after(availability.residual(arc), forward) },
      { link, direction: "backward", residual: after(availability.residual(arc + 1), backward) },
    ];
  });
  const [first, ...others] = left;
  return others.reduce(
    (least, one) => (least !== undefined && one.residual >= least.residual ? least : one),
    first,
  );
}

function after(residual: number, reserved: number): Bandwidth {
  return bandwidth(Math.max(0, residual - reserved));
}
