import type { NodeId, PortRef, VlanId } from "./ids.ts";

/** How frames of a network look on a port: with a VLAN tag, or without one. */
export type Tag = VlanId | "untagged";

/** How a host sends and expects frames at its touch point. */
export type Tagging = "tagged" | "untagged";

/** One place where a network crosses a port: the port, and the tag that its frames carry there. */
export interface Attachment {
  readonly node: NodeId;
  readonly port: PortRef;
  readonly tag: Tag;
}

/** A text that is equal for equal attachments: `s1:2/101`, `s1:1/untagged`. */
export function attachmentKey(attachment: Attachment): string {
  return `${attachment.port}/${attachment.tag}`;
}
