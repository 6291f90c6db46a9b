import type { Tagging } from "./attachment.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { DomainId, LinkId, PortRef, ProjectId, SegmentId, VlanId } from "./ids.ts";
import type { MacAddress } from "./mac-address.ts";

/**
 * How a multipoint bandwidth is meant. `hose`: every endpoint may send and receive it at once.
 * `shared`: the network as a whole has it. For two endpoints both are the same.
 */
export type Sharing = "hose" | "shared";

/** How frames find their way among more than two endpoints. */
export type Delivery = "static" | "learn" | "flood";

/** What happens when a link or a node of the tree fails. */
export type Protection = "none" | "restore" | "disjoint";

export type NetworkState =
  | "partial"
  | "scheduled"
  | "provisioning"
  | "active"
  | "modifying"
  | "degraded"
  | "releasing"
  | "failed";

/** When a network holds its resources: ISO 8601 instants, half-open; absent means now, and for ever. */
export interface ScheduleInfo {
  readonly start?: string;
  readonly end?: string;
  /** It waits to be told to begin, whatever its start. */
  readonly hold?: true;
}

/** An endpoint as `getNetworkInfo` shows it. */
export interface EndpointInfo {
  readonly host: string;
  readonly nic: string;
  readonly port: PortRef;
  /** The tag a tagged host sees; for an untagged one, nothing is on its wire. */
  readonly vlan: VlanId | null;
  readonly tagging: Tagging;
  /** bit/s, each way. */
  readonly bandwidth: Bandwidth;
  /** The only addresses that it may send from, if it is held to some. */
  readonly macs?: readonly MacAddress[];
}

/** A link of the tree: its label, and what is reserved on it, bit/s. `forward` runs from `a` to `b`. */
export interface NetworkLinkInfo {
  readonly id: LinkId;
  /** On links whose labels are VLANs. */
  readonly vlan?: VlanId;
  /** On links whose labels are VNIs: the identifier as it is on the wire, 1 to 2^24 - 1. */
  readonly vni?: number;
  readonly reserved: { readonly forward: Bandwidth; readonly backward: Bandwidth };
}

/** The second path of a network, or the bypasses of a tree: the switches fail over by themselves. */
export interface NetworkBackupInfo {
  /** In the order of their ids; a link once for each label. */
  readonly links: readonly NetworkLinkInfo[];
  /** Whether links of the network are broken, and what stands in for them is not. */
  readonly inUse: boolean;
}

export interface SegmentInfo {
  readonly id: SegmentId;
  readonly domain: DomainId;
  /** `reserved`: of a network that waits for its start, is asked for one, or is given up before. `degraded`: its domain has lost what carried it. */
  readonly state: "reserved" | "provisioning" | "active" | "degraded" | "releasing";
  /**
   * Of a network that waits for its start, also while a change of it is asked for, in a domain that somebody else
   * runs: whether that has promised it. Where it promises nothing ahead, it is asked at the start. Of several
   * agents, the one that serves the domain knows, and each says it as soon as it has heard.
   */
  readonly isPromised?: boolean;
  /** The domain's own name for what carries it: a connection id, a GRI. Of several circuits that of the first. */
  readonly externalId?: string;
  /** All of them, where there are several. */
  readonly externalIds?: readonly string[];
}

/** What exists for a project. Bandwidths in bit/s, times in ISO 8601. */
export interface NetworkInfo {
  readonly project: ProjectId;
  /** Global reservation id: the agent's prefix and the project. */
  readonly gri: string;
  readonly state: NetworkState;
  readonly generation: number;
  /** The tag of tagged hosts (unless an endpoint has its own). */
  readonly vlan: VlanId;
  readonly bandwidth: Bandwidth;
  readonly sharing: Sharing;
  /** Among more than two endpoints; two have one way only. */
  readonly delivery: Delivery;
  /** What each endpoint may flood where `delivery` is not `flood`, bit/s. */
  readonly floodAllowance: Bandwidth;
  readonly protection: Protection;
  /** Networks of a higher priority are restored first after a failure. */
  readonly priority: number;
  readonly schedule: ScheduleInfo;
  readonly endpoints: readonly EndpointInfo[];
  readonly links: readonly NetworkLinkInfo[];
  /** Where there is one. */
  readonly backup?: NetworkBackupInfo;
  /** Sum of the tree's link metrics. */
  readonly cost: number;
  readonly segments: readonly SegmentInfo[];
  readonly createdAt: string;
  readonly updatedAt: string;
}
