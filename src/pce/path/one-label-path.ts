import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { headOf } from "../graph/graph.ts";
import { MinHeap } from "../graph/min-heap.ts";
import type { CostAhead, LabelPathQuery } from "./label-path.ts";
import { labelsToTarget } from "./labels-to-target.ts";

/** Whether every path of `query` has the same label on all its links: no node on the way translates. */
export function hasOneLabel({ graph: { translates }, origin, target }: LabelPathQuery): boolean {
  for (let node = translates.indexOf(1); node !== -1; node = translates.indexOf(1, node + 1)) {
    if (node !== origin.node && node !== target.node) return false;
  }
  return true;
}

/**
 * Finds the cheapest path with one label on all links; `undefined` if there is none. `query` has no
 * bound on hops and {@link hasOneLabel}; `ahead` is what is still to come from each node at least.
 *
 * Dijkstra's algorithm for all labels at once, led by `ahead` (A*: Hart, Nilsson and Raphael, 1968):
 * a way goes on with those of its labels that no way has brought to its node before. So each label
 * comes to each node once, by a cheapest way, and the search needs no more than O(E L) sets for L
 * labels; far fewer where labels go together. If that takes long, the labels that reach the target at
 * all are found out, and the search is done again with those. Ties go to fewer hops, then to the way
 * found first.
 */
export function cheapestOneLabelPath(
  query: LabelPathQuery,
  ahead: CostAhead,
): readonly number[] | undefined {
  const labels = labelsAtEnds(query);
  const found = search(query, ahead, labels, HASTY_WAYS);
  if (found !== "unknown") return found;
  const left = labelsToTarget(query, labels)[query.origin.node] ?? VlanSet.empty;
  const exact = search(query, ahead, left, Number.POSITIVE_INFINITY);
  invariant(exact !== "unknown", "a search without a limit ends with an answer");
  return exact;
}

/** How many ways are gone on with before it is asked which labels are worth it. */
const HASTY_WAYS = 2_000;

function search(
  query: LabelPathQuery,
  ahead: CostAhead,
  allowed: VlanSet,
  limit: number,
): readonly number[] | undefined | "unknown" {
  const { origin, target } = query;
  const settled = new Map<number, VlanSet>();
  const ways: Way[] = [{ node: origin.node, cost: 0, hops: 0, labels: allowed }];
  const heap = new MinHeap();
  heap.push(0, 0, 0);
  let count = 0;
  for (let way = ways[heap.pop()]; way !== undefined; way = ways[heap.pop()]) {
    const known = settled.get(way.node) ?? VlanSet.empty;
    const labels = labelsAlong(query, way).difference(known);
    if (labels.isEmpty) continue;
    if (way.node === target.node) return arcsOf(way);
    if (++count > limit) return "unknown";
    settled.set(way.node, known.union(labels));
    for (const next of waysAfter(query, way, labels)) {
      const least = next.cost + ahead.from(next.node);
      if (least === Number.POSITIVE_INFINITY) continue;
      heap.push(least, next.hops, ways.length);
      ways.push(next);
    }
  }
  return undefined;
}

/** The ways that go on from `way` with `labels`. */
function waysAfter({ graph, weight }: LabelPathQuery, before: Way, labels: VlanSet): Way[] {
  const ways: Way[] = [];
  const hops = before.hops + 1;
  const end = graph.offsets[before.node + 1] ?? 0;
  for (let at = graph.offsets[before.node] ?? 0; at < end; at++) {
    const arc = graph.arcs[at] ?? 0;
    const cost = before.cost + weight(arc);
    ways.push({ node: headOf(graph, arc), cost, hops, labels, last: { arc, before } });
  }
  return ways;
}

/** A way from the origin to `node`. */
interface Way {
  readonly node: number;
  readonly cost: number;
  readonly hops: number;
  /** The labels that it had before the last link. */
  readonly labels: VlanSet;
  readonly last?: { readonly arc: number; readonly before: Way };
}

/** The labels that both ends allow. */
function labelsAtEnds({ vlans, origin, target }: LabelPathQuery): VlanSet {
  const isBound = target.isNetwork && !origin.isNetwork;
  return origin.labels.intersect(target.labels).intersect(isBound ? vlans : VlanSet.all);
}

/** The labels that `way` has after its last link. */
function labelsAlong(query: LabelPathQuery, { labels, last }: Way): VlanSet {
  return last === undefined ? labels : labels.intersect(query.labels(last.arc >> 1));
}

function arcsOf(way: Way): readonly number[] {
  const arcs: number[] = [];
  for (let { last } = way; last !== undefined; { last } = last.before) arcs.push(last.arc);
  return arcs.reverse();
}
