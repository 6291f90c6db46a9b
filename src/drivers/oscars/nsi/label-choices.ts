import { VlanSet } from "../../../model/vlan-set.ts";
import type { Circuit, CircuitEnd } from "../circuit.ts";
import type { CircuitFault } from "../circuit-service.ts";
import type { PeerProfile } from "./peer-profile.ts";

/** The labels to ask for at an end. */
export type LabelsOf = (end: CircuitEnd) => VlanSet;

/** How often a domain is asked for a choice at most. */
const MOST_CHOICES = 8;

/** What to ask for, one after the other, and whether that is all that is offered. */
export interface LabelChoices {
  readonly first: LabelsOf;
  readonly others: readonly LabelsOf[];
  readonly areAll: boolean;
}

/**
 * Everything that is offered at once; or where a provider takes a list for its first range, a range at
 * each end at a time, the largest first.
 */
export function labelChoices(
  { ends }: Circuit,
  offered: LabelsOf,
  { readsLists }: Pick<PeerProfile, "readsLists">,
): LabelChoices {
  if (readsLists) return { first: offered, others: [], areAll: true };
  const all = ends.map((end) => rangesOf(offered(end)));
  const [a = [], b = []] = all.map((ranges) => ranges.slice(0, MOST_CHOICES));
  const pairs = a.flatMap((one) => b.map((other) => [one, other] as const));
  const [first = offered, ...others] = pairs
    .sort((one, other) => widthOf(other) - widthOf(one))
    .slice(0, MOST_CHOICES)
    .map(
      (pair): LabelsOf =>
        (end) =>
          pair[ends.indexOf(end)] ?? VlanSet.empty,
    );
  const areAll = all.reduce((product, ranges) => product * ranges.length, 1) <= MOST_CHOICES;
  return { first, others, areAll };
}

/** Whether a fault says that a label is what is lacking. */
export function lacksLabel({ blocked = [] }: CircuitFault): boolean {
  return blocked.flat().some(({ type }) => type === "label");
}

function rangesOf(labels: VlanSet): readonly VlanSet[] {
  if (labels.isEmpty) return [labels];
  return labels
    .toString()
    .split(",")
    .map((range) => VlanSet.parse(range).unwrapOr(VlanSet.empty))
    .sort((one, other) => other.size - one.size);
}

function widthOf(pair: readonly VlanSet[]): number {
  return Math.min(...pair.map(({ size }) => size));
}
