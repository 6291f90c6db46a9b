import { type Graph, headOf } from "../graph/graph.ts";
import { edgeLoad, leastLoad, type Side } from "../plan/edge-load.ts";
import { terminalsOf } from "../plan/ends.ts";
import type { Scene } from "../plan/scene.ts";
import { minimumCut } from "./minimum-cut.ts";
import { capped, firstFullPort, lastThat } from "./what-if.ts";

/**
 * The most, in bit/s and up to `most`, for which the endpoints' ports have room and they are joined
 * by links with room for the least that a link of any tree reserves: no plan has more. For a path of two endpoints without
 * regard to labels and bounds it is exact, the width of the widest path (Pollack, The Maximum
 * Capacity Through a Network, 1960), by bisection in O(E log most).
 */
export function bottleneck(scene: Scene, most: number): number {
  const isThere = labelledLinks(scene);
  const isPassable = (rate: number): boolean => {
    const less = capped(scene, rate);
    return firstFullPort(less) === undefined && areJoined(scene, arcsWithRoom(less, isThere));
  };
  return isPassable(0) ? lastThat(isPassable, 0, most + 1) : 0;
}

/**
 * The fewest links without room for what is asked such that every way between some two endpoints
 * uses one of them, by the directions that lack it; `undefined` if the endpoints are joined without.
 * Ties go to the cut nearest to the first endpoint, and to the first other one, in the order of
 * nodes. `isThere` says which links could be used at all.
 */
export function bottleneckCut(
  scene: Scene,
  isThere: (link: number) => boolean = labelledLinks(scene),
): readonly number[] | undefined {
  const { graph, availability, request } = scene;
  const isOpen = arcsWithRoom(scene, isThere);
  const [from, ...others] = terminalsOf(graph, request.endpoints).keys();
  if (from === undefined) return undefined;
  let best: readonly number[] | undefined;
  for (const to of others) {
    const atMost = best === undefined ? graph.linkIds.length : best.length - 1;
    best = minimumCut({ graph, from, to, isThere, isOpen, atMost }) ?? best;
  }
  const { onward, back } = leastLoads(scene);
  return best?.flatMap((arc) => [
    ...(availability.residual(arc) < onward ? [arc] : []),
    ...(availability.residual(arc ^ 1) < back ? [arc ^ 1] : []),
  ]);
}

/** The arcs of links that have a label, with room for the least that the request may need there. */
export function openArcs(scene: Scene): (arc: number) => boolean {
  return arcsWithRoom(scene, labelledLinks(scene));
}

/** The links that a tree may use, as far as state, exclusions and labels say. */
function labelledLinks({ graph, availability }: Scene): (link: number) => boolean {
  const labelled = Uint8Array.from(graph.linkIds, (_, link) =>
    availability.isUsable(link) && !availability.labels(link).isEmpty ? 1 : 0,
  );
  return (link) => labelled[link] === 1;
}

function arcsWithRoom(scene: Scene, isThere: (link: number) => boolean): (arc: number) => boolean {
  const { availability } = scene;
  const { onward, back } = leastLoads(scene);
  return (arc) =>
    isThere(arc >> 1) &&
    availability.residual(arc) >= onward &&
    availability.residual(arc ^ 1) >= back;
}

/** Between two places, what goes each way; else the least of any tree edge, which has no direction. */
function leastLoads({ graph, request }: Scene): { readonly onward: number; readonly back: number } {
  const [from, to, third] = terminalsOf(graph, request.endpoints).values();
  if (from !== undefined && to !== undefined && third === undefined) {
    return { onward: edgeLoad(request, from, to), back: edgeLoad(request, to, from) };
  }
  const least = leastLoad(request, request.endpoints.map(rateOf));
  return { onward: least, back: least };
}

function rateOf(endpoint: { readonly bandwidth: number }): number {
  return endpoint.bandwidth;
}

/** Whether arcs that are open lead from the first endpoint's node to those of all others. */
function areJoined({ graph, request }: Scene, isOpen: (arc: number) => boolean): boolean {
  const terminals: ReadonlyMap<number, Side> = terminalsOf(graph, request.endpoints);
  const [from] = terminals.keys();
  if (from === undefined) return true;
  const seen = reachedFrom(graph, from, isOpen);
  return [...terminals.keys()].every((node) => seen[node]);
}

function reachedFrom(graph: Graph, from: number, isOpen: (arc: number) => boolean): Uint8Array {
  const seen = new Uint8Array(graph.nodeIds.length);
  seen[from] = 1;
  const queue = [from];
  for (const node of queue) {
    const end = graph.offsets[node + 1] ?? 0;
    for (let at = graph.offsets[node] ?? 0; at < end; at++) {
      const arc = graph.arcs[at] ?? 0;
      const head = headOf(graph, arc);
      if (seen[head] || !isOpen(arc)) continue;
      seen[head] = 1;
      queue.push(head);
    }
  }
  return seen;
}
