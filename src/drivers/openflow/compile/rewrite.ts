import type { Tag } from "../../../model/attachment.ts";
import type { Action } from "../wire/action.ts";
import { VLAN_PRESENT } from "../wire/constants.ts";

/** Gives an untagged frame a C-tag (IEEE 802.1Q) whose VLAN is still to be set. */
export const pushTag: Action = { type: "push-vlan", ethertype: 0x8100 };

/** Sends a frame, with or without a tag now, out of `port` with the tag `to`. */
export function forward(tagged: boolean, to: Tag, port: number): readonly Action[] {
  return [...rewrite(tagged, to), { type: "output", port, maxLen: 0 }];
}

/** Makes the outer tag `to`; tags within are the tenant's own and stay. */
function rewrite(tagged: boolean, to: Tag): readonly Action[] {
  if (to === "untagged") return tagged ? [{ type: "pop-vlan" }] : [];
  const setVlan: Action = {
    type: "set-field",
    field: { field: "vlan_vid", value: VLAN_PRESENT | to },
  };
  return tagged ? [setVlan] : [pushTag, setVlan];
}
