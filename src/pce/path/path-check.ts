import { VlanSet } from "../../model/vlan-set.ts";
import { headOf } from "../graph/graph.ts";
import type { ConstrainedQuery } from "./constrained-path.ts";
import type { Stop } from "./path-bound.ts";
import { delayOf, isInTime } from "./path-delay.ts";

/** Whether a path that has the bandwidth meets all else that `query` asks of it. O(its links). */
export function meets(query: ConstrainedQuery, arcs: readonly number[]): boolean {
  return isWithin(query, arcs) && hasLabels(query, arcs);
}

/** Whether a path makes all stops within the bounds on hops and delay. */
export function isWithin(query: ConstrainedQuery, arcs: readonly number[]): boolean {
  const { graph, stops, maxHops = arcs.length, maxDelayMs } = query;
  const delayMs = arcs.reduce((sum, arc) => sum + delayOf(graph, arc), 0);
  const isMade = (stop: Stop): boolean =>
    stop.type === "node"
      ? arcs.some((arc) => headOf(graph, arc) === stop.node)
      : arcs.some((arc) => arc >> 1 === stop.link);
  return arcs.length <= maxHops && isInTime(delayMs, maxDelayMs) && stops.every(isMade);
}

/** Whether a path can have labels: one from translation to translation, the network's at its ends. */
function hasLabels(query: ConstrainedQuery, arcs: readonly number[]): boolean {
  const { graph, origin, target } = query;
  let { labels, isNetwork } = origin;
  let vlans = isNetwork ? labels : query.vlans;
  for (const arc of arcs) {
    labels = labels.intersect(query.labels(arc >> 1));
    if (labels.isEmpty) return false;
    if (isNetwork) vlans = labels;
    const node = headOf(graph, arc);
    if (node === target.node || graph.translates[node] !== 1) continue;
    labels = VlanSet.all;
    isNetwork = false;
  }
  const allowed = target.isNetwork ? target.labels.intersect(vlans) : target.labels;
  return !labels.intersect(allowed).isEmpty;
}
