import type { Attachment, EdgeAttachment } from "./attachment.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { DomainId, NetworkNumber, NodeId, ProjectId, SegmentId } from "./ids.ts";
import type { MacAddress } from "./mac-address.ts";

/**
 * A limit on what enters a node. Rules of one node with the same `key` share one limit;
 * `rate` is in bit/s of layer-2 frames.
 */
export interface Policer {
  readonly key: string;
  readonly rate: Bandwidth;
}

/**
 * Which frames a host may send. Frames whose source is the address of a group are never let in.
 */
export interface Admission {
  /** The only source addresses that are let in; any when absent. */
  readonly sources?: readonly MacAddress[];
  /** Whether frames of link protocols are let in: those to 01-80-C2-00-00-00 to -0F (IEEE 802.1Q §8.6.3), but for PAUSE (-01). */
  readonly linkProtocols: boolean;
  /**
   * Whether frames with a second tag are kept out. Where the first is taken off at a host port, the second
   * would make them those of the network that has it there.
   */
  readonly singleTagged?: boolean;
}

/** Where known unicast leaves a node. */
export interface UnicastWay {
  readonly to: Attachment;
  /** A limit on all known unicast that leaves there, whichever rule lets it in. */
  readonly police: Policer;
  /** The addresses that are there; none where the node learns them. */
  readonly addresses: readonly MacAddress[];
  /** Where else frames from there may come in. Nowhere by default. */
  readonly also?: readonly Attachment[];
}

/**
 * How a node that has a choice delivers: a frame to an address that it knows leaves one way only.
 * All other frames, to groups and to unknown addresses, leave by every egress.
 */
export interface UnicastDelivery {
  /** A limit on what enters and leaves by every egress. */
  readonly flood: Policer;
  /** One for each egress; one for the ingress may be among them, but nothing is ever sent back. */
  readonly ways: readonly UnicastWay[];
  /** The node learns behind which ingress an address is, this many behind this one; absent, it does not. */
  readonly learn?: { readonly maxAddresses: number };
}

/**
 * Where frames go that would leave by `to`, while its port has no signal; the node sees to that by
 * itself. `instead` may lie on the ingress port with another tag.
 */
export interface Detour {
  readonly to: Attachment;
  readonly instead: Attachment;
}

/**
 * What one node does with the frames of one network that enter at `ingress`: let them in, police
 * them, then send a copy out of every attachment in `egress`, with the tag rewritten to that
 * attachment's; or, where `unicast` says so, out of one of them.
 *
 * `role` says what is at the far side: a host (`edge`), a link inside the domain (`trunk`), or a link
 * to another domain (`peer`). An egress may lie on the ingress port with another tag (hairpin).
 */
export interface ForwardingRule {
  readonly ingress: Attachment;
  readonly role: "edge" | "trunk" | "peer";
  /** What is let in; absent, everything is. */
  readonly admit?: Admission;
  readonly police?: Policer;
  /** A second limit, on what the first lets pass. */
  readonly thenPolice?: Policer;
  readonly egress: readonly Attachment[];
  /** Where frames go instead of some of `egress` while their ports have no signal. */
  readonly failover?: readonly Detour[];
  /** Whether frames come in here only while something has failed. They may at any time by default. */
  readonly standby?: boolean;
  /** With fewer than two in `egress` there is no choice, and it counts for nothing. */
  readonly unicast?: UnicastDelivery;
}

/** Everything that one node does for one network. No two rules have the same ingress. */
export interface NodeForwarding {
  readonly node: NodeId;
  readonly rules: readonly ForwardingRule[];
}

/** An end of a segment: where the network leaves the domain, towards a host or another domain. */
export interface SegmentEnd {
  readonly at: EdgeAttachment;
  readonly role: "edge" | "peer";
  /** What is reserved here, bit/s: enough for what may enter, and for what may leave. */
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
  /** When it is wanted, where the domain keeps schedules; absent elsewhere. */
  readonly schedule?: SegmentSchedule;
}

/** When a segment is wanted, milliseconds since the epoch. Absent: from now on, and for ever. */
export interface SegmentSchedule {
  readonly start?: number;
  readonly end?: number;
  /** It is to be promised, and nothing is to pass yet. */
  readonly isReserved?: true;
}
