import { VlanSet } from "../model/vlan-set.ts";
import type { CheckedLink } from "./schema.ts";

/** The VLANs that a link by itself can carry: what it says or else the default, and none where its labels are VNIs. */
export function linkVlans({ vlans, labels }: Pick<CheckedLink, "vlans" | "labels">): VlanSet {
  return labels === undefined ? (vlans ?? VlanSet.default) : VlanSet.empty;
}
