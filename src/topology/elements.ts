import type { Tagging } from "../model/attachment.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { DatapathId, DomainId, LinkId, NodeId, PortRef } from "../model/ids.ts";
import type { VlanSet } from "../model/vlan-set.ts";
import { isVni, type LinkLabel } from "../model/vni.ts";
import type { VniSet } from "../model/vni-set.ts";

/** The part of the topology that one driver controls. */
export interface Domain {
  readonly id: DomainId;
  /** What kind of driver it needs. */
  readonly driver: string;
}

/** A switch. */
export interface TopologyNode {
  readonly id: NodeId;
  readonly domain: DomainId;
  readonly datapathId: DatapathId | undefined;
  /** Whether it can change a frame's VLAN on its way through. */
  readonly vlanTranslation: boolean;
  /** Whether more than two of a network's links and endpoints may meet there. */
  readonly branching: boolean;
  /** Whether the operator lets it be used. */
  readonly enabled: boolean;
  /** In the order of the document. */
  readonly ports: readonly PortRef[];
}

/** A port of a node, at a link or several, at touch points or at nothing. */
export interface Port {
  readonly ref: PortRef;
  readonly node: NodeId;
  /** Its name inside its node. */
  readonly id: string;
  readonly ofPort: number | undefined;
  readonly name: string | undefined;
  readonly vlans: VlanSet;
  /** What may be promised on it, each way; absent means without limit. */
  readonly capacity: Bandwidth | undefined;
  /** The links at this port; several share its capacity, each with VLANs of its own. */
  readonly links: readonly LinkId[];
}

/** A link between ports of two nodes. Forward is from `a` to `b`. */
export interface Link {
  readonly id: LinkId;
  readonly a: PortRef;
  readonly b: PortRef;
  readonly nodeA: NodeId;
  readonly nodeB: NodeId;
  /** What may be promised on it, each way: the least of what it and its two ports have. */
  readonly capacity: Bandwidth;
  /** The VLANs that it can carry: those of itself and of both its ports; none where its labels are VNIs. */
  readonly vlans: VlanSet;
  /** The VNIs that it can carry, where they are its labels: a tunnel between nodes that translate. */
  readonly vnis: VniSet | undefined;
  readonly metric: number;
  /** One way. */
  readonly delayMs: number;
  readonly srlg: readonly string[];
  /** Whether the operator lets it be used: itself and both its nodes. */
  readonly enabled: boolean;
  /** Whether the operator lets the link by itself be used, whatever its nodes are. */
  readonly selfEnabled: boolean;
}

/** Whether a link can carry `label`. */
export function hasLabel({ vlans, vnis }: Pick<Link, "vlans" | "vnis">, label: LinkLabel): boolean {
  return isVni(label) ? vnis?.has(label) === true : vlans.has(label);
}

/** Where a host's interface meets the fabric. */
export interface TouchPoint {
  readonly host: string;
  readonly nic: string;
  /** `host:nic` */
  readonly hostPort: string;
  readonly node: NodeId;
  readonly port: PortRef;
  readonly tagging: Tagging;
}
