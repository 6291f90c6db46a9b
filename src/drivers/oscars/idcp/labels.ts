import { VlanSet } from "../../../model/vlan-set.ts";
import type { CircuitEnd } from "../circuit.ts";
import type { Hop } from "./ctrl-plane.ts";
import type { PathInfo, VlanTag } from "./path-info.ts";

/** The one label of an end, as servers write it. */
export function labelText({ tag }: CircuitEnd): string {
  return tag === "untagged" ? "0" : String(tag);
}

/** What to ask for at an end: its own label or, where a choice is offered, that. */
export function tagFor(end: CircuitEnd, offered?: VlanSet): VlanTag {
  if (end.tag === "untagged") return { tagged: false, vlans: "0" };
  if (offered === undefined) return { tagged: true, vlans: labelText(end) };
  return { tagged: true, vlans: offered.equals(VlanSet.default) ? "any" : offered.toString() };
}

/**
 * The labels at the two ends of a reservation, the source first, as its server writes them: what it
 * suggests at the first and the last hop of the path, which end where the circuit does, or else what was
 * asked for. Nothing where it does not say.
 */
export function labelsIn({ path, layer2Info }: PathInfo): readonly (string | undefined)[] {
  return [
    suggestedAt(path?.hop.at(0)) ?? layer2Info?.srcVtag?.vlans,
    suggestedAt(path?.hop.at(-1)) ?? layer2Info?.destVtag?.vlans,
  ];
}

function suggestedAt(hop: Hop | undefined): string | undefined {
  const able = hop?.link?.SwitchingCapabilityDescriptors.switchingCapabilitySpecificInfo;
  return able?.suggestedVLANRange;
}
