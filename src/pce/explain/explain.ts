import { err, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { bandwidth } from "../../model/bandwidth.ts";
import type { NoPath, NoPathReason } from "../../model/errors.ts";
import { attempt } from "../plan/attempt.ts";
import type { NetworkPlan, PlanRefusal } from "../plan/plan.ts";
import type { Obstacle, Scene } from "../plan/scene.ts";
import { explainBandwidth } from "./explain-bandwidth.ts";
import { explainLabels, explainPlaces } from "./explain-labels.ts";
import { componentsOf } from "./reachability.ts";
import { asking, capped, lastThat, withoutHopLimit } from "./what-if.ts";

/**
 * Says why an attempt failed, by attempts with less asked: what is said to fit was planned, and what
 * is said not to fit was tried. In the rare case that one of these trees will do after all, that is
 * the plan.
 */
export function explain(scene: Scene, obstacle: Obstacle): Result<NetworkPlan, PlanRefusal> {
  return match(obstacle)
    .returnType<Result<NetworkPlan, PlanRefusal>>()
    .with({ type: "unknown-host-port" }, (unknown) => err(unknown))
    .with({ type: "no-common-label" }, ({ places }) => err(explainPlaces(scene, places)))
    .with({ type: "port-full" }, ({ hostPort, required, residual }) =>
      noPath({
        reason: "port-bandwidth",
        hostPort,
        required: bandwidth(required),
        residual: bandwidth(residual),
      }),
    )
    .with({ type: "search-limit" }, ({ limit }) => noPath({ reason: "search-limit", limit }))
    .with({ type: "no-tree" }, () => explainNoTree(scene))
    .exhaustive();
}

function explainNoTree(scene: Scene): Result<NetworkPlan, PlanRefusal> {
  const components = componentsOf(scene);
  if (components.length > 1) return noPath({ reason: "disconnected", components });
  if (isTooLong(scene)) return explainHops(scene);
  const idleScene = capped(scene, 0);
  const idle = attempt(idleScene);
  if (idle.isOk()) return explainBandwidth(scene, idle.value);
  return isTooLong(idleScene) ? explainHops(idleScene) : err(explainLabels(scene));
}

/** Whether it would do without the limit on hops. */
function isTooLong(scene: Scene): boolean {
  return scene.request.maxHops !== undefined && isPlanned(withoutHopLimit(scene));
}

function isPlanned(scene: Scene): boolean {
  return attempt(scene).isOk();
}

/** Without the limit it works, with it it does not. */
function explainHops(scene: Scene): Result<NetworkPlan, PlanRefusal> {
  const limit = scene.request.maxHops ?? 0;
  const fails = (maxHops: number): boolean => !isPlanned(asking(scene, { maxHops }));
  const fewest = lastThat(fails, limit, scene.graph.nodeIds.length) + 1;
  return noPath({ reason: "hops", limit, fewest });
}

function noPath(explanation: NoPathReason): Result<never, NoPath> {
  return err({ type: "no-path", explanation });
}
