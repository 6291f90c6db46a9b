import { VlanSet } from "../../model/vlan-set.ts";
import { spreadLabels } from "../labels/spread-labels.ts";
import type { LabelPathQuery } from "./label-path.ts";

/**
 * Of each node, the labels with which a link may leave it so that one can get from there to the target, where
 * one may have any of `seed`: by walks, so there may be no path all the same, but where there is none of these
 * there is none. They spread from the target against the arcs, see {@link spreadLabels}; behind a node that
 * translates any label will do.
 */
export function labelsToTarget(
  { graph, labels, weight, origin, target }: LabelPathQuery,
  seed: VlanSet,
): readonly VlanSet[] {
  const isOpen = (arc: number): boolean => weight(arc ^ 1) < Number.POSITIVE_INFINITY;
  const handOn = (node: number, news: VlanSet): VlanSet => {
    if (node === origin.node) return VlanSet.empty;
    return graph.translates[node] && node !== target.node ? VlanSet.all : news;
  };
  return spreadLabels({ graph, labels, isOpen, handOn }, target.node, seed);
}
