import { VlanSet } from "../../model/vlan-set.ts";
import { type Graph, headOf } from "../graph/graph.ts";

/** Which labels are looked for. */
export interface JoiningQuery {
  readonly graph: Graph;
  /** The labels that may be used on a link. */
  readonly labels: (link: number) => VlanSet;
  readonly isOpen: (arc: number) => boolean;
  /** The nodes to join. */
  readonly terminals: readonly number[];
  /** Those of them from which a label must get on. */
  readonly bound: readonly number[];
  readonly vlans: VlanSet;
}

/**
 * Those of `vlans` with which one can get along open arcs from each bound terminal to all the others,
 * or to some node that translates. Where none translates, these are the labels of which there is a
 * tree that joins the terminals; else no other label has one.
 *
 * All labels are followed at once, as sets: each node hands on what has newly come to it, until
 * nothing is new. O(E) operations on sets for each new set at a node, of which there are few. The
 * fixpoint is unique, so no ties; it is the layered graph of wavelength routing, all layers at once.
 */
export function joiningLabels(query: JoiningQuery): VlanSet {
  const { graph, terminals, bound } = query;
  return bound.reduce((left, start) => {
    const come = comeFrom({ ...query, vlans: left }, start);
    const at = (node: number): VlanSet => come[node] ?? VlanSet.empty;
    const joined = terminals.reduce((set, node) => set.intersect(at(node)), left);
    return come.reduce(
      (set, some, node) => (graph.translates[node] ? set.union(some) : set),
      joined,
    );
  }, query.vlans);
}

/** The labels with which one can get from `start` to each node without a translation. */
function comeFrom(query: JoiningQuery, start: number): readonly VlanSet[] {
  const { graph } = query;
  const come = graph.nodeIds.map((_, node) => (node === start ? query.vlans : VlanSet.empty));
  const fresh = new Map([[start, query.vlans]]);
  for (const [node, news] of fresh) {
    fresh.delete(node);
    if (graph.translates[node]) continue;
    for (const arc of graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1])) {
      if (!query.isOpen(arc)) continue;
      const head = headOf(graph, arc);
      const known = come[head] ?? VlanSet.empty;
      const more = news.intersect(query.labels(arc >> 1)).difference(known);
      if (more.isEmpty) continue;
      come[head] = known.union(more);
      fresh.set(head, (fresh.get(head) ?? VlanSet.empty).union(more));
    }
  }
  return come;
}
