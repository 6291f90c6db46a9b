import type { VlanId } from "../../model/ids.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import type { Availability } from "../graph/availability.ts";

/** Labels, parted into those that make a difference. */
export interface LabelClasses {
  /** None is empty. */
  readonly classes: readonly VlanSet[];
  /** Whether any two labels of one class are in the same sets; else there were too many classes. */
  readonly isExact: boolean;
}

/** How many classes of labels are told apart. */
export const MAX_CLASSES = 64;

/** Parts `labels` so that those of one class are in the same ones of `sets`. */
export function labelClasses(labels: VlanSet, sets: Iterable<VlanSet>): LabelClasses {
  let classes: readonly VlanSet[] = labels.isEmpty ? [] : [labels];
  for (const set of sets) {
    const refined = classes.flatMap((whole) => {
      const parts = [whole.intersect(set), whole.difference(set)];
      return parts.filter((part) => !part.isEmpty);
    });
    if (refined.length > MAX_CLASSES) return { classes, isExact: false };
    classes = refined;
  }
  return { classes, isExact: true };
}

/**
 * Labels of which no other is in the same ones of `sets` and more, the lowest of equals: where a tree
 * can have some label throughout, it can have one of these. In ascending order.
 */
export function mostCommonLabels(labels: VlanSet, sets: Iterable<VlanSet>): readonly VlanId[] {
  const distinct = [...new Set(sets)];
  const lowest = new Map<bigint, VlanId>();
  let places = -1n;
  for (const label of labels) {
    const isLikeLast =
      labels.has(label - 1) && distinct.every((s) => s.has(label) === s.has(label - 1));
    if (!isLikeLast) places = placesOf(label, distinct);
    if (!lowest.has(places)) lowest.set(places, label);
  }
  const entries = [...lowest];
  return entries.flatMap(([own, label]) => {
    const isBeaten = entries.some(([other]) => other !== own && (own & ~other) === 0n);
    return isBeaten ? [] : [label];
  });
}

/** The positions of the sets that hold `label`, as bits. */
function placesOf(label: VlanId, sets: readonly VlanSet[]): bigint {
  return BigInt(`0b0${sets.map((set) => (set.has(label) ? "1" : "0")).join("")}`);
}

/** The labels that may be used on each link that may be. */
export function* usableLinkLabels(availability: Availability): Generator<VlanSet, void> {
  for (const link of availability.graph.linkIds.keys()) {
    if (availability.isUsable(link)) yield availability.labels(link);
  }
}
