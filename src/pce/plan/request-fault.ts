import { type InvalidRequest, invalidRequest } from "../../model/errors.ts";
import { isEmpty } from "../../model/interval.ts";
import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf } from "../graph/graph.ts";
import type { Scene } from "./scene.ts";

/** What makes no sense in the request of `scene`, whatever the fabric has; `undefined` if nothing does. */
export function requestFault(scene: Scene): InvalidRequest | undefined {
  const { endpoints, interval, maxHops, maxDelayMs, keep } = scene.request;
  if (endpoints.length === 0) {
    return invalidRequest(["endpoints"], endpoints, "must name at least one endpoint");
  }
  if (isEmpty(interval)) return invalidRequest(["interval"], interval, "must not be empty");
  if (Number.isNaN(maxHops)) return invalidRequest(["maxHops"], maxHops, "must be a number");
  if (Number.isNaN(maxDelayMs)) {
    return invalidRequest(["maxDelayMs"], maxDelayMs, "must be a number of milliseconds");
  }
  if (!isForest(scene)) return invalidRequest(["keep"], keep, "must be links without a cycle");
  return undefined;
}

/** Whether the links to keep have no cycle. */
function isForest({ graph, availability: { kept } }: Scene): boolean {
  if (kept.length === 0) return true;
  const sets = new DisjointSets(graph.nodeIds.length);
  return kept.every((link) => {
    const [a, b] = endsOf(graph, link);
    return sets.unite(a, b);
  });
}
