import type { VlanId } from "../../model/ids.ts";
import { labelsOf, type TreeProblem } from "./tree-problem.ts";

/** Which trees of a problem are looked for. */
export interface Restriction {
  /** Links that are in none of them, ascending. */
  readonly closed: readonly number[];
  /** Links that are in all of them, besides those that the problem gives; ascending. */
  readonly required: readonly number[];
  /** A label that all links of the tree must be able to have. */
  readonly label?: VlanId;
  /** Looks for trees and labels together; absent, labels are not looked at. */
  readonly labelled?: LabelRestriction;
}

/** Which labels may be had, where trees and labels are looked for together. */
export interface LabelRestriction {
  /** What it costs to join a node of several labels; more than nothing. */
  readonly fee: number;
  /** The VLAN of the network; any that it may have by default. */
  readonly vlan?: VlanId;
  /** Nodes, each with a label that its links may not have. */
  readonly forbidden: readonly (readonly [node: number, label: number])[];
}

/** All trees. */
export const unrestricted: Restriction = { closed: [], required: [] };

/** Of each link, what it costs; infinite if it may not be in a tree. Links kept are always open. */
export function openCosts(problem: TreeProblem, restriction: Restriction): Float64Array {
  const costs = problem.costs.slice();
  const { closed, label } = restriction;
  for (const link of closed) costs[link] = Number.POSITIVE_INFINITY;
  for (let link = 0; label !== undefined && link < costs.length; link++) {
    const isOpen = (costs[link] ?? 0) < Number.POSITIVE_INFINITY;
    if (isOpen && !labelsOf(problem, link).has(label)) costs[link] = Number.POSITIVE_INFINITY;
  }
  return costs;
}
/** Text that is equal for equal restrictions. */
export function keyOf({ closed, required, label, labelled }: Restriction): string {
  const labels = labelled && [labelled.vlan, ...labelled.forbidden.map((pair) => pair.join(":"))];
  return [closed.join(), required.join(), label, labels?.join() ?? "any"].join("/");
}
