import type { Tag } from "../../../model/attachment.ts";
import { isVni, type Vni } from "../../../model/vni.ts";
import type { Action } from "../wire/action.ts";
import { VLAN_PRESENT } from "../wire/constants.ts";
import { tunnelField, vidOf } from "./ingress.ts";

/** Gives an untagged frame a C-tag (IEEE 802.1Q) whose VLAN is still to be set. */
export const pushTag: Action = { type: "push-vlan", ethertype: 0x8100 };

/** Gives a frame without a tag of ours the one that it has inside, see {@link vidOf}. */
export function pushInside(tag: Tag): readonly Action[] {
  return isVni(tag) ? [pushTag, setVlan(vidOf(tag))] : [pushTag];
}

/** What leaves in a tunnel, leaves under this VNI. */
export function sendUnder(tag: Vni): Action {
  return { type: "set-field", field: tunnelField(tag) };
}

/** Where a frame leaves: by a port, and by one of its queues if it says which. */
export interface Exit {
  readonly port: number;
  readonly queue: number | undefined;
}

/** Sends a frame, with or without a tag now, out at `exit` with the tag `to`. */
export function forward(tagged: boolean, to: Tag, { port, queue }: Exit): readonly Action[] {
  const queued: readonly Action[] = queue === undefined ? [] : [{ type: "set-queue", queue }];
  return [...rewrite(tagged, to), ...queued, output(port)];
}

/** A copy of a frame: the tag it is to have, and where it leaves. */
export interface Copy {
  readonly to: Tag;
  readonly exit: Exit;
}

/**
 * Sends copies of a frame one after another in the actions of OpenFlow 1.0, which all change one and
 * the same frame: those with a tag first, then, once it is taken off, those without, so that no tag
 * of the tenant's own is ever touched. It has no tunnels: what would leave under a VNI is refused.
 */
export function forwardEach(tagged: boolean, copies: readonly Copy[]): readonly Action[] {
  const withTag = copies.flatMap(({ to, exit }): readonly Action[] =>
    typeof to === "number" ? [{ type: "set-vlan-vid", vid: to }, leave(exit)] : [],
  );
  const without = copies.filter(({ to }) => to === "untagged").map(({ exit }) => leave(exit));
  const isTagged = tagged || withTag.length > 0;
  const strip: readonly Action[] = isTagged && without.length > 0 ? [{ type: "strip-vlan" }] : [];
  return [...withTag, ...strip, ...without];
}

/** In OpenFlow 1.0 a queue is a kind of output (1.0.0 §5.2.4). */
function leave({ port, queue }: Exit): Action {
  return queue === undefined ? output(port) : { type: "enqueue", port, queue };
}

function output(port: number): Action {
  return { type: "output", port, maxLen: 0 };
}

/** Makes the outer tag `to`, or none and the VNI that; tags within are the tenant's own and stay. */
function rewrite(tagged: boolean, to: Tag): readonly Action[] {
  const pop: readonly Action[] = tagged ? [{ type: "pop-vlan" }] : [];
  if (to === "untagged") return pop;
  if (isVni(to)) return [...pop, sendUnder(to)];
  return tagged ? [setVlan(to)] : [pushTag, setVlan(to)];
}

function setVlan(vid: number): Action {
  return { type: "set-field", field: { field: "vlan_vid", value: VLAN_PRESENT | vid } };
}
