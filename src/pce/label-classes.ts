import type { VlanSet } from "../model/vlan-set.ts";
import type { Availability } from "./availability.ts";

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

/** The labels that may be used on each link that may be. */
export function* usableLinkLabels(availability: Availability): Generator<VlanSet, void> {
  for (const link of availability.graph.linkIds.keys()) {
    if (availability.isUsable(link)) yield availability.labels(link);
  }
}
