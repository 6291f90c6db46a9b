import { VlanSet } from "../../model/vlan-set.ts";
import type { Graph } from "../graph/graph.ts";
import { spreadLabels } from "./spread-labels.ts";

/** Which labels are looked for. */
export interface JoiningQuery {
  readonly graph: Graph;
  /** The labels that may be used on a link. */
  readonly labels: (link: number) => VlanSet;
  /** Whether ways from the first terminal to others may use the arc; ways to it, its reverse. */
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
 * From each bound terminal they spread, see {@link spreadLabels}.
 */
export function joiningLabels(query: JoiningQuery): VlanSet {
  const { graph, terminals, bound } = query;
  const handOn = (node: number, news: VlanSet): VlanSet =>
    graph.translates[node] ? VlanSet.empty : news;
  return bound.reduce((left, start) => {
    const isOpen =
      start === terminals[0] ? query.isOpen : (arc: number): boolean => query.isOpen(arc ^ 1);
    const come = spreadLabels({ ...query, isOpen, handOn }, start, left);
    const at = (node: number): VlanSet => come[node] ?? VlanSet.empty;
    const joined = terminals.reduce((set, node) => set.intersect(at(node)), left);
    return come.reduce(
      (set, some, node) => (graph.translates[node] ? set.union(some) : set),
      joined,
    );
  }, query.vlans);
}
