import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import type { NoPath, NoPathReason } from "../../model/refusal.ts";
import { attempt, isNodeUsable } from "../plan/attempt.ts";
import { terminalsOf } from "../plan/ends.ts";
import type { NetworkPlan, PlanRefusal } from "../plan/plan.ts";
import type { Obstacle, Scene } from "../plan/scene.ts";
import { barriersBetween } from "./barriers.ts";
import { explainBandwidth, explainPort } from "./explain-bandwidth.ts";
import { impassable, leastBound, type TreeBound } from "./explain-bounds.ts";
import { explainLabels, explainPlaces, lacksLabels } from "./explain-labels.ts";
import { componentsOf } from "./reachability.ts";
import { capped, isPath, timeless, without } from "./what-if.ts";

/**
 * Says why an attempt failed, by attempts with less asked: what is said to fit was planned, and what
 * is said not to fit was tried. In the rare case that one of these trees will do after all, that is
 * the plan. What is in the way is named in a fixed order: connection, labels, what is to be passed, hops, delay,
 * bandwidth; a handful of plans, and a bisection for what is a number.
 */
export function explain(scene: Scene, obstacle: Obstacle): Result<NetworkPlan, PlanRefusal> {
  return match(obstacle)
    .returnType<Result<NetworkPlan, PlanRefusal>>()
    .with({ type: "invalid-request" }, { type: "unknown-host-port" }, (wrong) => err(wrong))
    .with({ type: "no-common-label" }, ({ places }) => err(explainPlaces(timeless(scene), places)))
    .with({ type: "port-full" }, (full) => err(explainPort(timeless(scene), full)))
    .with({ type: "search-limit" }, ({ limit }) =>
      isPath(scene) ? noPath({ reason: "search-limit", limit }) : explainNoTree(timeless(scene)),
    )
    .with({ type: "no-tree" }, () => explainNoTree(timeless(scene)))
    .exhaustive();
}

/**
 * Adds one after the other what the request asks for, beginning with a tree for no bandwidth and
 * without bounds: the first that cannot be had is named.
 */
function explainNoTree(scene: Scene): Result<NetworkPlan, PlanRefusal> {
  const components = componentsOf(scene);
  if (components.length > 1 || !areNodesUsable(scene)) {
    return noPath({ reason: "disconnected", components, barriers: barriersBetween(scene) });
  }
  const idle = capped(scene, 0);
  if (lacksLabels(idle)) return err(explainLabels(scene));
  return attemptOr(without(idle, "include", "maxHops", "maxDelayMs"), () =>
    err(explainLabels(scene)),
  )
    .andThen((plan) => {
      if (scene.request.include === undefined) return ok(plan);
      const passing = without(idle, "maxHops", "maxDelayMs");
      return attemptOr(passing, () =>
        noPath({ reason: "inclusion", elements: impassable(passing) }),
      );
    })
    .andThen((plan) => bounded(without(idle, "maxDelayMs"), "maxHops", plan))
    .andThen((plan) => bounded(idle, "maxDelayMs", plan))
    .andThen((plan) => explainBandwidth(scene, plan));
}

function areNodesUsable(scene: Scene): boolean {
  const nodes = [...terminalsOf(scene.graph, scene.request.endpoints).keys()];
  return nodes.every((node) => isNodeUsable(scene, node));
}

function attemptOr(
  scene: Scene,
  otherwise: () => Result<NetworkPlan, PlanRefusal>,
): Result<NetworkPlan, PlanRefusal> {
  return attempt(scene).orElse((obstacle) =>
    obstacle.type === "search-limit"
      ? noPath({ reason: "search-limit", limit: obstacle.limit })
      : otherwise(),
  );
}

/** The plan within `bound`, or what it would take; `unbound` is a plan without the bound. */
function bounded(
  scene: Scene,
  bound: TreeBound,
  unbound: NetworkPlan,
): Result<NetworkPlan, PlanRefusal> {
  const limit = scene.request[bound];
  if (limit === undefined) return ok(unbound);
  return attemptOr(scene, () => {
    const { least, isCertain: isProven } = leastBound(scene, bound, unbound);
    return bound === "maxHops"
      ? noPath({ reason: "hops", limit, fewest: least, isProven })
      : noPath({ reason: "delay", limitMs: limit, leastMs: least, isProven });
  });
}

function noPath(explanation: NoPathReason): Result<never, NoPath> {
  return err({ type: "no-path", explanation });
}
