import type { NodeId, PortRef, VlanId } from "./ids.ts";
import { isVni, type Vni } from "./vni.ts";

/** How frames of a network look on a wire: with a VLAN tag, or without one. */
export type VlanTag = VlanId | "untagged";

/** How frames of a network look on a port: as on a wire or, in a tunnel, under a VNI and without a tag of the network's. */
export type Tag = VlanTag | Vni;

/** How a host sends and expects frames at its touch point. */
export type Tagging = "tagged" | "untagged";

/** One place where a network crosses a port: the port, and the tag that its frames carry there. */
export interface Attachment {
  readonly node: NodeId;
  readonly port: PortRef;
  readonly tag: Tag;
}

/** Where a network leaves what is ours, towards a host or another domain: never by a tunnel. */
export interface EdgeAttachment extends Attachment {
  readonly tag: VlanTag;
}

/** Whether frames cross here as they do on a wire, not in a tunnel. */
export function isOnWire(attachment: Attachment): attachment is EdgeAttachment {
  return !isVni(attachment.tag);
}

/** A text that is equal for equal attachments: `s1:2/101`, `s1:1/untagged`, `s1:9/vni:10000`. */
export function attachmentKey(attachment: Attachment): string {
  return `${attachment.port}/${attachment.tag}`;
}
