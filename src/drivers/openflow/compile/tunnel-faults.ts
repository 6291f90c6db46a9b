import type { Attachment } from "../../../model/attachment.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { isVni } from "../../../model/vni.ts";
import { vidOf } from "./ingress.ts";
import { hasGroups, type SwitchVersion } from "./switch-profile.ts";

/** Why a switch that speaks this version cannot tell the VNIs of these rules apart. */
export function tunnelFaults(
  rules: readonly ForwardingRule[],
  version: SwitchVersion,
): readonly string[] {
  const places = rules.flatMap(placesOf).filter(({ tag }) => isVni(tag));
  if (places.length === 0) return [];
  if (!hasGroups(version)) return ["OpenFlow 1.0 has no tunnel ids: the switch cannot use VNIs"];
  const seen = new Map<string, Attachment>();
  for (const place of places) {
    const key = `${place.port} ${vidOf(place.tag)}`;
    const other = seen.get(key) ?? place;
    seen.set(key, other);
    if (other.tag !== place.tag) {
      return [`${other.tag} and ${place.tag} at ${place.port} look the same inside the switch`];
    }
  }
  return [];
}

function placesOf({ ingress, egress, failover = [], unicast }: ForwardingRule): Attachment[] {
  const ways = unicast?.ways.flatMap(({ to, also = [] }) => [to, ...also]) ?? [];
  return [ingress, ...egress, ...failover.map(({ instead }) => instead), ...ways];
}
