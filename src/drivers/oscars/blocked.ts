import { bandwidth } from "../../model/bandwidth.ts";
import type { BlockedResource } from "../../model/blocked-resource.ts";
import type { PortRef } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { type Circuit, type CircuitEnd, MEGABIT } from "./circuit.ts";

/** What a circuit could not have: of each list one thing, nobody knows which. */
export type Blocked = readonly (readonly BlockedResource[])[];

/** The rate of a circuit at one of these ends, or on the way between them. */
export function blockedRates(
  { mbps, ends }: Pick<Circuit, "mbps" | "ends">,
  availableMbps: number = mbps - 1,
): Blocked {
  const available = bandwidth(availableMbps * MEGABIT);
  return [ends.map(({ port }) => ({ type: "bandwidth", port, available }))];
}

/** The label of one of these ends. */
export function blockedLabels({ ends }: Pick<Circuit, "ends">): Blocked {
  const labels = ends.flatMap(({ port, tag }): readonly BlockedResource[] =>
    tag === "untagged" ? [] : [{ type: "label", port, labels: VlanSet.of(tag) }],
  );
  return labels.length === 0 ? [] : [labels];
}

/** The rate or the label of one of these ends: nobody says. */
export function blockedAnything(circuit: Pick<Circuit, "mbps" | "ends">): Blocked {
  return [[...blockedRates(circuit), ...blockedLabels(circuit)].flat()];
}

/**
 * The circuit with those of its ends alone that a domain names when it says why not; with all, where
 * it names none. `readAs` gives the one form of a name that it may write in several.
 */
export function atNamedEnds(
  circuit: Circuit,
  reason: string,
  nameOf: (port: PortRef) => string | undefined,
  readAs: (word: string) => string = (word) => word,
): Circuit {
  const words = new Set(reason.split(/[\s,;'"()?]+/).map(readAs));
  const isNamed = ({ port }: CircuitEnd): boolean => words.has(nameOf(port) ?? "");
  const ends = circuit.ends.filter(isNamed);
  return ends.length === 0 ? circuit : { ...circuit, ends };
}
