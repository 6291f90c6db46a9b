import type { Tag } from "../../../model/attachment.ts";
import type { Action } from "../wire/action.ts";
import { VLAN_PRESENT } from "../wire/constants.ts";

/** Gives an untagged frame a C-tag (IEEE 802.1Q) whose VLAN is still to be set. */
export const pushTag: Action = { type: "push-vlan", ethertype: 0x8100 };

/** Sends a frame, with or without a tag now, out of `port` with the tag `to`. */
export function forward(tagged: boolean, to: Tag, port: number): readonly Action[] {
  return [...rewrite(tagged, to), output(port)];
}

/** A copy of a frame: the tag it is to have, and where it leaves. */
export interface Copy {
  readonly to: Tag;
  readonly port: number;
}

/**
 * Sends copies of a frame one after another in the actions of OpenFlow 1.0, which all change one and
 * the same frame: those with a tag first, then, once it is taken off, those without, so that no tag
 * of the tenant's own is ever touched.
 */
export function forwardEach(tagged: boolean, copies: readonly Copy[]): readonly Action[] {
  const withTag = copies.flatMap(({ to, port }): readonly Action[] =>
    to === "untagged" ? [] : [{ type: "set-vlan-vid", vid: to }, output(port)],
  );
  const without = copies.filter(({ to }) => to === "untagged").map(({ port }) => output(port));
  const isTagged = tagged || withTag.length > 0;
  const strip: readonly Action[] = isTagged && without.length > 0 ? [{ type: "strip-vlan" }] : [];
  return [...withTag, ...strip, ...without];
}

function output(port: number): Action {
  return { type: "output", port, maxLen: 0 };
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
