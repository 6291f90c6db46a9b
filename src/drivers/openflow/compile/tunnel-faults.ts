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
  // Most rules are of no tunnel, and there are many of them.
  if (!rules.some(usesVni)) return [];
  const places = rules.flatMap(placesOf).filter(hasVni);
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

function usesVni(rule: ForwardingRule): boolean {
  const { ingress, egress, failover, unicast } = rule;
  if (hasVni(ingress) || egress.some(hasVni)) return true;
  return (failover !== undefined || unicast !== undefined) && placesOf(rule).some(hasVni);
}

function hasVni({ tag }: Attachment): boolean {
  return isVni(tag);
}

function placesOf({ ingress, egress, failover = [], unicast }: ForwardingRule): Attachment[] {
  const ways = unicast?.ways.flatMap(({ to, also = [] }) => [to, ...also]) ?? [];
  return [ingress, ...egress, ...failover.map(({ instead }) => instead), ...ways];
}
