import { BROADCAST, type NetworkEnd, probe } from "../../src/testing/index.ts";
import type { Testbed } from "./testbed.ts";

/** What went wrong while a network changed, in words; nothing for a hitless change. */
export type Trouble = string;

/**
 * Watches a network that changes: asked after every step, it sends a frame from every end that was
 * or will be, and notes each of the `staying` that misses it, and each copy too many or where no end
 * of the network is.
 */
export function hitlessWatch(
  bed: Testbed,
  ends: { readonly staying: readonly NetworkEnd[]; readonly all: readonly NetworkEnd[] },
): { readonly step: () => void; readonly troubles: Set<Trouble>; readonly steps: () => number } {
  const troubles = new Set<Trouble>();
  const places = new Set(ends.all.map(placeOf));
  const staying = new Set(ends.staying.map(placeOf));
  let steps = 0;
  const step = (): void => {
    steps += 1;
    for (const from of ends.all) {
      const arrived = probe(bed.fabric, from, { destination: BROADCAST }).map(
        ({ hostPort, frame }) => `${hostPort}/${frame.tags.map(({ vid }) => vid).join() || "none"}`,
      );
      const at = placeOf(from);
      for (const place of new Set(arrived)) {
        if (!places.has(place)) troubles.add(`${at} leaks to ${place}`);
        if (place === at) troubles.add(`${at} hears itself`);
        if (arrived.filter((other) => other === place).length > 1) {
          troubles.add(`${place} hears ${at} twice`);
        }
      }
      if (!staying.has(at)) continue;
      for (const place of staying) {
        if (place !== at && !arrived.includes(place)) troubles.add(`${place} misses ${at}`);
      }
    }
    if (bed.fabric.violations.length > 0) troubles.add("a frame went round and round");
  };
  return { step, troubles, steps: () => steps };
}

/** The ends that are in both lists. */
export function endsInBoth(
  a: readonly NetworkEnd[],
  b: readonly NetworkEnd[],
): readonly NetworkEnd[] {
  const places = new Set(b.map(placeOf));
  return a.filter((end) => places.has(placeOf(end)));
}

/** The ends of both lists, each once. */
export function endsOfEither(
  a: readonly NetworkEnd[],
  b: readonly NetworkEnd[],
): readonly NetworkEnd[] {
  return [...new Map([...a, ...b].map((end) => [placeOf(end), end])).values()];
}

function placeOf({ hostPort, vlan }: NetworkEnd): string {
  return `${hostPort}/${vlan ?? "none"}`;
}
