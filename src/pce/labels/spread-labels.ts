import { VlanSet } from "../../model/vlan-set.ts";
import { type Graph, headOf } from "../graph/graph.ts";

/** Where labels spread, and how. */
export interface Spreading {
  readonly graph: Graph;
  /** The labels that may be used on a link. */
  readonly labels: (link: number) => VlanSet;
  readonly isOpen: (arc: number) => boolean;
  /** The labels with which it goes on from a node to which `news` have come. */
  readonly handOn: (node: number, news: VlanSet) => VlanSet;
}

/**
 * The labels that come to each node along open arcs if `seed` has come to `start`.
 *
 * All labels are followed at once, as sets: each node hands on what has newly come to it, until nothing is
 * new. O(E) operations on sets for each new set at a node, of which there are few. The fixpoint is unique,
 * so no ties; it is the layered graph of wavelength routing, all layers at once.
 */
export function spreadLabels(
  { graph, labels, isOpen, handOn }: Spreading,
  start: number,
  seed: VlanSet,
): readonly VlanSet[] {
  const come = graph.nodeIds.map((_, node) => (node === start ? seed : VlanSet.empty));
  const fresh = new Map([[start, seed]]);
  for (const [node, news] of fresh) {
    fresh.delete(node);
    const handed = handOn(node, news);
    if (handed.isEmpty) continue;
    for (const arc of graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])) {
      if (!isOpen(arc)) continue;
      const head = headOf(graph, arc);
      const known = come[head] ?? VlanSet.empty;
      const more = handed.intersect(labels(arc >> 1)).difference(known);
      if (more.isEmpty) continue;
      come[head] = known.union(more);
      fresh.set(head, (fresh.get(head) ?? VlanSet.empty).union(more));
    }
  }
  return come;
}
