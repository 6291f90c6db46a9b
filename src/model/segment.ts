import type { Attachment } from "./attachment.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { DomainId, NetworkNumber, NodeId, ProjectId, SegmentId } from "./ids.ts";

/**
 * A limit on what enters a node. Rules of one node with the same `key` share one limit;
 * `rate` is in bit/s of layer-2 frames.
 */
export interface Policer {
  readonly key: string;
  readonly rate: Bandwidth;
}

/**
 * What one node does with the frames of one network that enter at `ingress`: police them, then send
 * a copy out of every attachment in `egress`, with the tag rewritten to that attachment's.
 *
 * `role` says what is at the far side: a host (`edge`), a link inside the domain (`trunk`), or a link
 * to another domain (`peer`). An egress may lie on the ingress port with another tag (hairpin).
 */
export interface ForwardingRule {
  readonly ingress: Attachment;
  readonly role: "edge" | "trunk" | "peer";
  readonly police?: Policer;
  readonly egress: readonly Attachment[];
}

/** Everything that one node does for one network. No two rules have the same ingress. */
export interface NodeForwarding {
  readonly node: NodeId;
  readonly rules: readonly ForwardingRule[];
}

/** An end of a segment: where the network leaves the domain, towards a host or another domain. */
export interface SegmentEnd {
  readonly at: Attachment;
  readonly role: "edge" | "peer";
  /** What may enter and leave here, in bit/s. */
  readonly rate: Bandwidth;
}

/**
 * The part of a network inside one domain: what a driver is asked to provision.
 *
 * A driver whose domain is a set of switches programs `nodes`; one whose domain is somebody else's
 * service asks it to join `ends`.
 */
export interface Segment {
  readonly id: SegmentId;
  readonly project: ProjectId;
  readonly network: NetworkNumber;
  readonly generation: number;
  readonly domain: DomainId;
  readonly ends: readonly SegmentEnd[];
  readonly nodes: readonly NodeForwarding[];
}
