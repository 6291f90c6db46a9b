import type { Tag, VlanTag } from "../../src/model/attachment.ts";
import type { VlanId } from "../../src/model/ids.ts";
import { isVni, type LinkLabel } from "../../src/model/vni.ts";

/** The VLAN ID that a label is, where there are no tunnels. */
export function vlanOf(label: LinkLabel): VlanId {
  if (isVni(label)) throw new Error(`${label} is no VLAN ID`);
  return label;
}

/** The tag of frames on a wire, where there are no tunnels. */
export function tagOnWire(at: { readonly tag: Tag }): VlanTag {
  return at.tag === "untagged" ? at.tag : vlanOf(at.tag);
}
