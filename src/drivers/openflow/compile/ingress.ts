import type { Tag } from "../../../model/attachment.ts";
import { VLAN_PRESENT } from "../wire/constants.ts";
import type { Match } from "../wire/match.ts";

/** Frames of one ingress that look alike: how to match them, and whether they carry a tag. */
export interface IngressClass {
  readonly match: Match;
  readonly tagged: boolean;
}

/**
 * The frames that enter at a port with a tag.
 *
 * A tagged ingress takes one VLAN. An untagged one takes frames without a tag, and those whose tag
 * only carries a priority (VID 0, IEEE 802.1Q §6.9), which belong to the same untagged traffic.
 */
export function ingressClasses(inPort: number, tag: Tag): readonly IngressClass[] {
  if (tag !== "untagged") return [{ match: matchOf(inPort, VLAN_PRESENT | tag), tagged: true }];
  return [
    { match: matchOf(inPort, 0), tagged: false },
    { match: matchOf(inPort, VLAN_PRESENT), tagged: true },
  ];
}

function matchOf(inPort: number, vlanVid: number): Match {
  return [
    { field: "in_port", value: inPort },
    { field: "vlan_vid", value: vlanVid },
  ];
}
