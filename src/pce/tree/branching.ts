import type { VlanId } from "../../model/ids.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import { representativeLabels } from "../labels/label-classes.ts";
import { commonLabels } from "./common-labels.ts";
import { conflictOf, type DeadEnd } from "./conflict.ts";
import { labelChoices } from "./label-states.ts";
import type { Relaxation } from "./relaxation.ts";
import type { LabelRestriction, Restriction } from "./restriction.ts";
import { labelsOf, type TreeProblem } from "./tree-problem.ts";

/** How many pairs of a node and a label a search for trees and labels together may have. */
export const MAX_LABEL_STATES = 60_000;

/** To how many nodes trees and labels together may be looked for. */
export const MAX_LABELLED_NODES = 12;

/**
 * Parts the trees that meet `restriction`, so that the tree `links` is in none of the parts, and every
 * tree that fits is in one of them; `undefined` if nothing is in the way of that tree.
 *
 * The split of conflict-based search (Sharon, Stern, Felner and Sturtevant, 2015): one part for each link of
 * a conflict, none of which loses a tree that fits; or one for each label, VLAN or way on. O(n (V + E))
 * besides the conflict, for n parts. In the order of links; labels that most links of the tree can have
 * come first, then those that most links can have, then lower ones.
 */
export function branching(
  problem: TreeProblem,
  restriction: Restriction,
  { links, lowerBound, twice }: Relaxation,
): readonly Restriction[] | undefined {
  const conflict = conflictOf(problem, links);
  if (conflict === undefined) return undefined;
  if (conflict.type === "dead-end") return passing(problem, restriction, conflict);
  const closings = closing(problem, restriction, conflict.links);
  if (conflict.type === "links" || restriction.label !== undefined) return closings;
  if (!problem.graph.translates.includes(1)) return oneLabel(problem, restriction, links);
  const { labelled } = restriction;
  if (labelled === undefined) return withLabels(problem, restriction, lowerBound + 1) ?? closings;
  if (twice !== undefined) return forbidding(restriction, labelled, twice);
  return labelled.vlan === undefined ? oneVlan(problem, restriction, labelled) : closings;
}

/** Without one of `conflict` each. */
function closing(
  { given }: TreeProblem,
  restriction: Restriction,
  conflict: readonly number[],
): readonly Restriction[] {
  const { closed, required } = restriction;
  const free = conflict.filter((link) => !given.includes(link) && !required.includes(link));
  return free.map((link) => ({
    ...restriction,
    closed: [...closed, link].sort((x, y) => x - y),
  }));
}

/** Without the link to a dead end, or with another link there. */
function passing(
  problem: TreeProblem,
  restriction: Restriction,
  { node, link }: DeadEnd,
): readonly Restriction[] {
  const { graph, costs } = problem;
  const { closed, required } = restriction;
  const arcs = graph.arcs.subarray(graph.offsets[node], graph.offsets[node + 1]);
  const onward = [...arcs]
    .map((arc) => arc >> 1)
    .filter(
      (other) =>
        other !== link && (costs[other] ?? 0) < Number.POSITIVE_INFINITY && !closed.includes(other),
    );
  return [
    ...closing(problem, restriction, [link]),
    ...onward.map((other) => ({
      ...restriction,
      required: [...required, other].sort((x, y) => x - y),
    })),
  ];
}

/** With one label throughout: those that most links of the tree can have come first. */
function oneLabel(
  problem: TreeProblem,
  restriction: Restriction,
  links: readonly number[],
): readonly Restriction[] {
  const { costs } = problem;
  const open = [...costs.keys()].filter((link) => (costs[link] ?? 0) < Number.POSITIVE_INFINITY);
  const sets = open.map((link) => labelsOf(problem, link));
  const onTree = links.map((link) => labelsOf(problem, link));
  const count = (within: readonly VlanSet[], label: VlanId): number =>
    within.reduce((sum, set) => sum + (set.has(label) ? 1 : 0), 0);
  const labels = representativeLabels(commonLabels(problem), sets).map((label) => {
    return { label, rank: [count(onTree, label), count(sets, label)] as const };
  });
  labels.sort((x, y) => y.rank[0] - x.rank[0] || y.rank[1] - x.rank[1] || x.label - y.label);
  return labels.map(({ label }) => ({ ...restriction, label }));
}

/** With labels looked for together with the tree; absent where that would be too much. */
function withLabels(
  problem: TreeProblem,
  restriction: Restriction,
  fee: number,
): readonly Restriction[] | undefined {
  if (problem.needed.length > MAX_LABELLED_NODES) return undefined;
  if (labelStateCount(problem) > MAX_LABEL_STATES) return undefined;
  return [{ ...restriction, labelled: { fee, forbidden: [] } }];
}

/** How many pairs of a node and a label there are at most; worked out once for each problem. */
function labelStateCount(problem: TreeProblem): number {
  const known = labelStateCounts.get(problem);
  if (known !== undefined) return known;
  let count = problem.graph.nodeIds.length;
  for (const labels of labelChoices(problem, problem.costs).values()) count += labels.length;
  labelStateCounts.set(problem, count);
  return count;
}

const labelStateCounts = new WeakMap<TreeProblem, number>();

/** Without the one, or without the other label at a node that would have both. */
function forbidding(
  restriction: Restriction,
  labelled: LabelRestriction,
  [node, ...labels]: readonly [number, number, number],
): readonly Restriction[] {
  return labels.map((label) => {
    const forbidden = [...labelled.forbidden, [node, label] as const];
    forbidden.sort(([x, one], [y, other]) => x - y || one - other);
    return { ...restriction, labelled: { ...labelled, forbidden } };
  });
}

/** With one VLAN at all endpoints that have the network's. */
function oneVlan(
  problem: TreeProblem,
  restriction: Restriction,
  labelled: LabelRestriction,
): readonly Restriction[] {
  const { ends, costs } = problem;
  const sets = [...costs.keys()].map((link) => labelsOf(problem, link));
  const vlans = representativeLabels(ends.vlans, [...sets, ...ends.bindings.own.values()]);
  return vlans.map((vlan) => ({ ...restriction, labelled: { ...labelled, vlan } }));
}
