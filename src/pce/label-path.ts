import { err, ok, type Result } from "neverthrow";
import { VlanSet } from "../model/vlan-set.ts";
import { type Graph, headOf } from "./graph.ts";
import { MinHeap } from "./min-heap.ts";
import type { Weight } from "./shortest-path.ts";

/** Where a path may begin, and which labels its first link may have there. */
export interface LabelOrigin {
  readonly node: number;
  readonly labels: VlanSet;
  /** Whether the label must be the VLAN of the network. */
  readonly isNetwork: boolean;
}

/** A path to find, with its labels. */
export interface LabelPathQuery {
  readonly graph: Graph;
  readonly weight: Weight;
  /** The labels that may be used on a link. */
  readonly labels: (link: number) => VlanSet;
  /** The VLANs that the network may have. */
  readonly vlans: VlanSet;
  readonly origins: readonly LabelOrigin[];
  /** Where the path is to end, and which label its last link may have there. */
  readonly target: LabelOrigin;
  readonly maxHops?: number;
}

/** The search was given up; there may be a path or not. */
export interface SearchLimit {
  readonly type: "search-limit";
  readonly limit: number;
}

/** How many ways a search may have before it is given up. */
export const MAX_WAYS = 500_000;

/**
 * Finds the cheapest path on which labels can be had: the same one on both sides of a node that
 * cannot translate, and the network's VLAN where an end asks for it. `undefined` if there is none.
 *
 * Label-setting search (Desrochers and Soumis, 1988) over ways to nodes, each with the set of labels
 * it may still have: a way makes another to the same node needless if it is no longer and has all
 * its labels. That finds walks, of which a cheapest is nearly always a path; if it comes to a node
 * twice, a second search also demands of the better way that it visits only nodes that the other
 * visits. Exact; exponential at worst, as finding such paths is NP-hard. Ties go to fewer
 * hops, then to the lowest link at the first place where paths differ.
 */
export function cheapestLabelPath(
  query: LabelPathQuery,
): Result<readonly number[] | undefined, SearchLimit> {
  return search(query, false).andThen((walk) => {
    if (walk === undefined || isPath(walk)) return ok(walk && arcsOf(walk));
    return search(query, true).map((path) => path && arcsOf(path));
  });
}

/** A way from an origin to `node`. */
interface Way {
  readonly node: number;
  readonly cost: number;
  readonly hops: number;
  /** The arc by which it came to `node`, and what went before; absent at the start. */
  readonly last?: { readonly arc: number; readonly before: Way };
  /** The labels that all links since the last translation may have. */
  readonly labels: VlanSet;
  /** The VLANs that the network may still have. */
  readonly vlans: VlanSet;
  /** Whether the label since the start must be the network's: no translation has come yet. */
  readonly isNetwork: boolean;
}

function search(
  query: LabelPathQuery,
  isElementary: boolean,
): Result<Way | undefined, SearchLimit> {
  const ways: Way[] = [];
  const heap = new MinHeap();
  const settled = new Map<number, Way[]>();
  const add = (way: Way): void => {
    heap.push(way.cost, way.hops, ways.length);
    ways.push(way);
  };
  let best: Way | undefined;
  for (const origin of query.origins) add(startAt(query, origin));
  for (let index = heap.pop(); index !== -1; index = heap.pop()) {
    const way = ways[index];
    if (way === undefined || isLonger(way, best)) break;
    if (way.node === query.target.node) best = shorter(way, best);
    else if (settle(query, settled, way, isElementary)) {
      for (const next of extensions(query, way, isElementary)) add(next);
    }
    if (ways.length > MAX_WAYS) return err({ type: "search-limit", limit: MAX_WAYS });
  }
  return ok(best);
}

function startAt({ vlans }: LabelPathQuery, { node, labels, isNetwork }: LabelOrigin): Way {
  return { node, cost: 0, hops: 0, labels, vlans: isNetwork ? labels : vlans, isNetwork };
}

/** Adds `way` to those that are gone on with, unless one of them makes it needless. */
function settle(
  query: LabelPathQuery,
  settled: Map<number, Way[]>,
  way: Way,
  isElementary: boolean,
): boolean {
  const others = settled.get(way.node) ?? [];
  if (others.some((other) => dominates(query, other, way, isElementary))) return false;
  settled.set(way.node, [...others, way]);
  return true;
}

function* extensions(query: LabelPathQuery, way: Way, isElementary: boolean): Generator<Way, void> {
  const { graph } = query;
  if (way.hops === query.maxHops) return;
  const end = graph.offsets[way.node + 1] ?? 0;
  for (let at = graph.offsets[way.node] ?? 0; at < end; at++) {
    const arc = graph.arcs[at] ?? 0;
    const cost = way.cost + query.weight(arc);
    if (cost === Number.POSITIVE_INFINITY) continue;
    const labels = way.labels.intersect(query.labels(arc >> 1));
    if (labels.isEmpty || (isElementary && visits(way, headOf(graph, arc)))) continue;
    const next = arriving(query, { ...way, cost, labels, last: { arc, before: way } }, arc);
    if (next !== undefined) yield next;
  }
}

/** `way` has gone along `arc`; what is left of its labels at the node where it arrives. */
function arriving({ graph, target }: LabelPathQuery, way: Way, arc: number): Way | undefined {
  const node = headOf(graph, arc);
  const vlans = way.isNetwork ? way.labels : way.vlans;
  const next = { ...way, node, hops: way.hops + 1, vlans };
  if (node !== target.node) {
    return graph.translates[node] ? { ...next, labels: VlanSet.all, isNetwork: false } : next;
  }
  const allowed = target.isNetwork ? target.labels.intersect(vlans) : target.labels;
  return next.labels.intersect(allowed).isEmpty ? undefined : next;
}

/** Whether whatever `other` could become, `way` at the same node could become no worse. */
function dominates(query: LabelPathQuery, way: Way, other: Way, isElementary: boolean): boolean {
  if (way.isNetwork && !other.isNetwork) return false;
  if (query.maxHops !== undefined && way.hops > other.hops) return false;
  if (!includes(way.labels, other.labels) || !includes(way.vlans, other.vlans)) return false;
  if (!isBefore(way, other)) return false;
  return !isElementary || visitsOnly(way, other);
}

function includes(set: VlanSet, subset: VlanSet): boolean {
  return set === subset || subset.difference(set).isEmpty;
}

/** Negative if `x` is cheaper than `y`, or as cheap and of fewer hops; zero if they are equal. */
function compareLength(x: Way, y: Way): number {
  return x.cost - y.cost || x.hops - y.hops;
}

function isLonger(way: Way, best: Way | undefined): boolean {
  return best !== undefined && compareLength(way, best) > 0;
}

function shorter(way: Way, best: Way | undefined): Way {
  return best === undefined || isBefore(way, best) ? way : best;
}

/** The order among ways to one node that decides ties. */
function isBefore(x: Way, y: Way): boolean {
  const length = compareLength(x, y);
  if (length !== 0) return length < 0;
  const [left, right] = [arcsOf(x), arcsOf(y)];
  const differs = left.findIndex((arc, at) => arc !== right[at]);
  return differs !== -1 && (left[differs] ?? 0) < (right[differs] ?? 0);
}

function arcsOf(way: Way): number[] {
  const arcs: number[] = [];
  for (let { last } = way; last !== undefined; { last } = last.before) arcs.push(last.arc);
  return arcs.reverse();
}

function nodesOf(way: Way): number[] {
  const nodes = [way.node];
  for (let { last } = way; last !== undefined; { last } = last.before) {
    nodes.push(last.before.node);
  }
  return nodes;
}

function isPath(way: Way): boolean {
  return new Set(nodesOf(way)).size === way.hops + 1;
}

function visits(way: Way, node: number): boolean {
  return nodesOf(way).includes(node);
}

function visitsOnly(way: Way, other: Way): boolean {
  const allowed = new Set(nodesOf(other));
  return nodesOf(way).every((node) => allowed.has(node));
}
