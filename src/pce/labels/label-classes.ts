import type { VlanId } from "../../model/ids.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import type { Availability } from "../graph/availability.ts";

/** Among how many classes of labels those are left out that another makes needless. */
export const MAX_COMPARED = 128;

/**
 * Labels such that where a tree can have some label throughout, it can have one of these: one of each
 * class of labels that are in the same ones of `sets`, the lowest, and none that is only in sets that
 * another is in too, unless there are very many. In ascending order. O(sets * labels). Partition refinement
 * (Paige and Tarjan, Three Partition Refinement Algorithms, 1987); what has a solution still has one.
 */
export function representativeLabels(labels: VlanSet, sets: Iterable<VlanSet>): readonly VlanId[] {
  const distinct = [...new Set(sets)];
  // A label that is in the same sets as the one below is never the lowest of its class.
  const changing = distinct.reduce((all, set) => all.union(set.changes()), labels.changes());
  const all = [...labels.intersect(changing)];
  const classes = new Int32Array(all.length);
  let count = 1;
  for (const set of distinct) count = refine(classes, count, (at) => set.has(all[at] ?? 0));
  const lowest: VlanId[] = [];
  for (const [at, label] of all.entries()) lowest[classes[at] ?? 0] ??= label;
  lowest.sort((x, y) => x - y);
  if (lowest.length > MAX_COMPARED) return lowest;
  const covers = (one: VlanId, other: VlanId): boolean =>
    distinct.every((set) => set.has(one) || !set.has(other));
  return lowest.filter((label) => !lowest.some((other) => other !== label && covers(other, label)));
}

/** Parts each class by a property; classes are numbered from 0, and it says how many there are. */
function refine(classes: Int32Array, count: number, has: (at: number) => boolean): number {
  const numbers = new Int32Array(2 * count).fill(-1);
  let next = 0;
  for (let at = 0; at < classes.length; at++) {
    const part = 2 * (classes[at] ?? 0) + (has(at) ? 1 : 0);
    if (numbers[part] === -1) numbers[part] = next++;
    classes[at] = numbers[part] ?? 0;
  }
  return next;
}

/** The labels that may be used on each link that may be. */
export function* usableLinkLabels(availability: Availability): Generator<VlanSet, void> {
  for (const link of availability.graph.linkIds.keys()) {
    if (availability.isUsable(link)) yield availability.labels(link);
  }
}
