import type { Tag } from "../../../model/attachment.ts";
import type { Admission } from "../../../model/segment.ts";
import { MAX_VLAN, MIN_VLAN } from "../../../model/vlan-set.ts";
import { isVni, type Vni, vniNumber } from "../../../model/vni.ts";
import { VLAN_PRESENT } from "../wire/constants.ts";
import type { Match, OxmField } from "../wire/match.ts";
import { hasGroups, type SwitchVersion } from "./switch-profile.ts";

/** Frames of one ingress that look alike: how to match them, and whether they carry a tag. */
export interface IngressClass {
  readonly match: Match;
  readonly tagged: boolean;
}

/**
 * The frames that enter at a port with a tag.
 *
 * In a tunnel they are the frames of one VNI, with whatever tags the tenant has put on. A tagged ingress takes one VLAN. An untagged one takes frames without a tag, and those whose tag
 * only carries a priority (VID 0, IEEE 802.1Q §6.9), which belong to the same untagged traffic.
 */
export function ingressClasses(inPort: number, tag: Tag): readonly IngressClass[] {
  if (isVni(tag)) {
    return [{ match: [{ field: "in_port", value: inPort }, tunnelField(tag)], tagged: false }];
  }
  if (tag !== "untagged") return [{ match: matchOf(inPort, VLAN_PRESENT | tag), tagged: true }];
  return [
    { match: matchOf(inPort, 0), tagged: false },
    { match: matchOf(inPort, VLAN_PRESENT), tagged: true },
  ];
}

/** The same frames once all of them have a tag, see {@link vidOf}. */
export function taggedIngress(inPort: number, tag: Tag): Match {
  const inside = framesIn(inPort, vidOf(tag));
  return isVni(tag) ? [...inside, tunnelField(tag)] : inside;
}

/** Frames that came in by a port and have this VLAN, where all of them have a tag. */
export function framesIn(inPort: number, vid: number): Match {
  return matchOf(inPort, VLAN_PRESENT | vid);
}

/**
 * The VID that frames of an ingress have when all of them have a tag: their own, 0 where one is put on or,
 * where they come under a VNI, one that is made from it. Two VNIs of one network at one port, which are side by
 * side while it changes or fails over, have different ones as long as they are not 4094 apart, or a multiple.
 */
export function vidOf(tag: Tag): number {
  if (isVni(tag)) return MIN_VLAN + ((vniNumber(tag) - MIN_VLAN) % MAX_VLAN);
  return tag === "untagged" ? 0 : tag;
}

/** What tells the frames of a VNI, and sends them under it. */
export function tunnelField(tag: Vni): OxmField {
  return { field: "tunnel_id", value: BigInt(vniNumber(tag)) };
}

/** Matches any frame with a tag. */
export const anyTag: OxmField = { field: "vlan_vid", value: VLAN_PRESENT, mask: VLAN_PRESENT };

/**
 * What frames have that are never let in, whatever else they are. OpenFlow 1.0 matches whole addresses
 * only: there are sixteen of link protocols, and too many of groups that could be sources.
 */
export function bannedFields(
  { linkProtocols, singleTagged = false }: Admission,
  version: SwitchVersion,
  tagged: boolean,
): readonly OxmField[] {
  const tags = singleTagged && tagged ? secondTags : [];
  const ofLink = linkProtocols ? [pauseDestination] : undefined;
  if (!hasGroups(version)) return [...tags, ...(ofLink ?? linkProtocolDestinations)];
  return [...tags, groupSource, ...(ofLink ?? [linkProtocolDestination])];
}

/** Frames with a tag behind the first show its type in the place of their own. */
export const secondTags: readonly OxmField[] = [
  { field: "eth_type", value: 0x8100 },
  { field: "eth_type", value: 0x88a8 },
];

/** No station sends with the address of a group (IEEE 802.3 §3.2.3). */
export const groupSource: OxmField = {
  field: "eth_src",
  value: "01:00:00:00:00:00",
  mask: "01:00:00:00:00:00",
};

/** The reserved addresses of bridges, their neighbours and links (IEEE 802.1Q §8.6.3). */
export const linkProtocolDestination: OxmField = {
  field: "eth_dst",
  value: "01:80:c2:00:00:00",
  mask: "ff:ff:ff:ff:ff:f0",
};

/** The same, one by one. */
const linkProtocolDestinations: readonly OxmField[] = [..."0123456789abcdef"].map((last) => ({
  field: "eth_dst",
  value: `01:80:c2:00:00:0${last}`,
}));

/**
 * PAUSE, and what else controls a MAC: no bridge forwards it (IEEE 802.3 Annex 31B). Let in, it would stop ports that are
 * not its neighbours.
 */
const pauseDestination: OxmField = { field: "eth_dst", value: "01:80:c2:00:00:01" };

function matchOf(inPort: number, vlanVid: number): Match {
  return [
    { field: "in_port", value: inPort },
    { field: "vlan_vid", value: vlanVid },
  ];
}
