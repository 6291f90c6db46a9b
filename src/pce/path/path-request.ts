import { err, ok, type Result } from "neverthrow";
import { invariant } from "../../model/invariant.ts";
import { explain } from "../explain/explain.ts";
import { readyEnds } from "../plan/attempt.ts";
import type { PlanEndpoint, PlanRefusal, PlanRequest } from "../plan/plan.ts";
import type { Ends, Obstacle, Scene } from "../plan/scene.ts";
import type { PathQuery } from "./bidirectional-path.ts";
import type { ConstrainedQuery } from "./constrained-path.ts";
import { MAX_STOPS } from "./path-bound.ts";
import { pathQuery, plainQuery } from "./path-search.ts";

/** A request for paths between two endpoints. */
export interface PathRequest extends Omit<PlanRequest, "endpoints" | "keep"> {
  readonly endpoints: readonly [PlanEndpoint, PlanEndpoint];
}

/** The endpoints of a request for paths, and what a path between them must be like. */
export interface PathEnds {
  readonly ends: Ends;
  readonly query: ConstrainedQuery;
  /** The same but for labels, bounds and stops, if prices are not the request's own. */
  readonly plain: PathQuery | undefined;
}

/** What the request of `scene`, which has two endpoints, asks of a path. */
export function pathEndsOf(scene: Scene): Result<PathEnds, Obstacle> {
  return readyEnds(scene).andThen((ends): Result<PathEnds, Obstacle> => {
    const [from, to = from] = [...ends.terminals].map(([node, side]) => ({ node, side }));
    if (from === undefined || to === undefined) return err({ type: "no-tree" });
    const query = pathQuery(scene, ends, from, to);
    if (query === undefined) return err({ type: "no-tree" });
    if (query.stops.length > MAX_STOPS) return err({ type: "search-limit", limit: MAX_STOPS });
    return ok({ ends, query, plain: plainQuery(scene, from, to) });
  });
}

/** Why there is no path, in the words of a refusal. */
export function refusalOf(scene: Scene, obstacle: Obstacle): PlanRefusal {
  const explained = explain(scene, obstacle);
  invariant(explained.isErr(), "where no path was found there is none");
  return explained.error;
}
