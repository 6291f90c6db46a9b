import { reach, type Weight } from "../path/shortest-path.ts";
import { attempt } from "../plan/attempt.ts";
import { greatestLoad, leastLoad } from "../plan/edge-load.ts";
import { terminalsOf } from "../plan/ends.ts";
import type { NetworkPlan } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { steinerWithBound } from "../tree/steiner.ts";
import { openArcs } from "./bottleneck.ts";

/**
 * What plans are compared by. `links`: the sum of what links cost the request. `reservations`, where
 * links of a tree do not all reserve the same: the sum over links and directions of that times what
 * is reserved, in bit/s.
 */
export type Measure = "links" | "reservations";

/** The measure by which the planner has chosen. */
export function measureOf({ graph, request }: Scene): Measure {
  const rates = request.endpoints.map((endpoint) => endpoint.bandwidth);
  const isPath = terminalsOf(graph, request.endpoints).size <= 2;
  const isFlooded = request.delivery === "flood" && request.sharing === "hose";
  const isEven = isPath || isFlooded || leastLoad(request, rates) === greatestLoad(request, rates);
  return isEven ? "links" : "reservations";
}

/** What `plan` costs by `measure`. */
export function costOfPlan(
  { graph, availability }: Scene,
  measure: Measure,
  plan: NetworkPlan,
): number {
  return plan.links.reduce((sum, { link, forward, backward }) => {
    const cost = availability.cost(graph.linkOf.get(link) ?? 0);
    return sum + (measure === "links" ? cost : cost * (forward + backward));
  }, 0);
}

/**
 * What every plan for the request costs at least by `measure`. For two endpoints that is what the
 * cheapest costs, for the search is complete; for more it is what the dual of the Steiner problem
 * says or, for a hose, what the best star costs without regard to capacity (Gupta et al.,
 * Provisioning a Virtual Private Network, STOC 2001), whichever is more. One plan, or one Steiner tree
 * and a search from each endpoint.
 */
export function leastCost(scene: Scene, measure: Measure): number {
  const { graph, request } = scene;
  const terminals = terminalsOf(graph, request.endpoints);
  if (terminals.size <= 2) {
    return attempt(scene)
      .map((best) => costOfPlan(scene, measure, best))
      .unwrapOr(0);
  }
  const weight = openCost(scene);
  const steiner = steinerWithBound({ graph, terminals: [...terminals.keys()], kept: [], weight });
  const links = steiner?.lowerBound ?? 0;
  if (measure === "links") return links;
  const rates = request.endpoints.map((endpoint) => endpoint.bandwidth);
  const even = 2 * leastLoad(request, rates) * links;
  return request.sharing === "shared" ? even : Math.max(even, leastStar(scene, weight, links));
}

/** What links cost that have room for the least that any tree would reserve there. */
function openCost(scene: Scene): Weight {
  const isOpen = openArcs(scene);
  return (arc) => (isOpen(arc) ? scene.availability.cost(arc >> 1) : Number.POSITIVE_INFINITY);
}

/**
 * A link of a hose's tree reserves each way what the lesser side may send or receive, and what each
 * side may flood: the first adds up to no less than from the median of the tree to each endpoint,
 * the second, of all endpoints together, to that times the tree.
 */
function leastStar({ graph, request }: Scene, weight: Weight, leastTree: number): number {
  const sums = new Float64Array(graph.nodeIds.length);
  for (const [terminal, { rate }] of terminalsOf(graph, request.endpoints)) {
    const { costs } = reach({ graph, weight }, [terminal]);
    for (const [node, cost] of costs.entries()) sums[node] = (sums[node] ?? 0) + rate * cost;
  }
  const star = sums.reduce((least, sum) => Math.min(least, sum), Number.POSITIVE_INFINITY);
  const flooded = request.endpoints.length * (request.floodAllowance ?? 0) * leastTree;
  return Number.isFinite(star) ? 2 * star + flooded : 0;
}
