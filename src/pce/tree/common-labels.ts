import { VlanSet } from "../../model/vlan-set.ts";
import { joiningLabels } from "../labels/joining-labels.ts";
import { labelsOf, type TreeProblem } from "./tree-problem.ts";

/**
 * The labels of which there is a tree that joins all that must be in it and has that label throughout; no
 * node translates. Bounds, branches and what trees hold are not asked. As {@link joiningLabels}.
 */
export function commonLabels(problem: TreeProblem): VlanSet {
  const { graph, given, needed, costs, scene, ends } = problem;
  const musts = [
    ...(ends.bindings.network.size > 0 ? [ends.vlans] : []),
    ...ends.bindings.own.values(),
    ...scene.availability.kept.map((link) => labelsOf(problem, link)),
  ];
  const isGiven = new Set(given);
  return joiningLabels({
    graph,
    labels: (link) => labelsOf(problem, link),
    isOpen: (arc) => (costs[arc >> 1] ?? 0) < Number.POSITIVE_INFINITY || isGiven.has(arc >> 1),
    terminals: needed,
    bound: needed.slice(0, 1),
    vlans: musts.reduce((left, set) => left.intersect(set), VlanSet.all),
  });
}
