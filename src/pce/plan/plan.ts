import type { EdgeAttachment, Tagging } from "../../model/attachment.ts";
import type { Bandwidth } from "../../model/bandwidth.ts";
import type {
  InvalidRequest,
  NoPath,
  UnknownHostPort,
  VlanUnavailable,
} from "../../model/errors.ts";
import type { LinkId, NodeId, PortRef, VlanId } from "../../model/ids.ts";
import type { Interval } from "../../model/interval.ts";
import type { Delivery, Sharing } from "../../model/network.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import type { LinkLabel } from "../../model/vni.ts";
import type { TouchPoint } from "../../topology/elements.ts";
import type { LinkCost } from "../graph/link-cost.ts";
import type { Budget } from "./budget.ts";
import type { Overshoot } from "./overshoot.ts";

/** One end of the network to plan: where it is, how its frames look, what it may send and receive. */
export interface PlanEndpoint {
  readonly touchPoint: Pick<TouchPoint, "hostPort" | "node" | "port">;
  readonly tagging: Tagging;
  /** The tag this endpoint sees, instead of the network's. */
  readonly vlan?: VlanId;
  /** bit/s, each way. */
  readonly bandwidth: Bandwidth;
}

/** What the endpoints of a network may send and receive, and what that means for the tree. */
export interface Traffic {
  /** The bandwidth of the network as a whole, bit/s; it counts where `sharing` is `shared`. */
  readonly bandwidth: Bandwidth;
  readonly sharing: Sharing;
  readonly delivery: Delivery;
  /**
   * What each endpoint may send as broadcast, unknown unicast and multicast, bit/s, where
   * `delivery` is not `flood`. Nothing by default.
   */
  readonly floodAllowance?: Bandwidth;
  /** What nodes let through beyond what they are told; nothing when absent. */
  readonly overshoot?: Overshoot;
}

/** A link of a tree, and the VLAN, or the VNI, that the network has on it. */
export interface LabelledLink {
  readonly link: LinkId;
  readonly label: LinkLabel;
}

/** What a network must stay away from. */
export interface Exclusion {
  readonly links?: ReadonlySet<LinkId>;
  readonly nodes?: ReadonlySet<NodeId>;
  /** Shared risk link groups: no link may belong to any of them. */
  readonly srlgs?: ReadonlySet<string>;
}

/** What a network must pass, without a cycle and without a branch that leads to nothing else. */
export interface Inclusion {
  readonly links?: ReadonlySet<LinkId>;
  readonly nodes?: ReadonlySet<NodeId>;
}

/** What to plan. */
export interface PlanRequest extends Traffic {
  /** Who asks. What this holder has in the ledger counts as free. */
  readonly holder: string;
  /** At least one; no two with the same port and tag. Their order does not matter. */
  readonly endpoints: readonly PlanEndpoint[];
  /** The VLANs that the network may have. */
  readonly vlans: VlanSet;
  /** Not empty. */
  readonly interval: Interval;
  /** A tree to grow from: all of it stays as it is, and only branches are added. */
  readonly keep?: readonly LabelledLink[];
  readonly exclude?: Exclusion;
  readonly include?: Inclusion;
  /** The most links that may lie between any two endpoints; no bound by default. */
  readonly maxHops?: number;
  /** The most delay between any two endpoints, the sum of their links'; no bound by default. */
  readonly maxDelayMs?: number;
  /** What is to be cheapest: `congestion` by default. The plan's `cost` is its metrics in any case. */
  readonly cost?: LinkCost;
  /**
   * What a link costs instead of the `cost` that it would; never negative, the same at every call. A
   * link that costs `Infinity` is not used.
   */
  readonly reprice?: (link: LinkId, cost: number) => number;
  /** How long searches that get better with time may go on; without it, a fixed amount of work. */
  readonly budget?: Budget;
}

/** What is known of the links now. */
export interface LinkState {
  isUp(link: LinkId): boolean;
  /**
   * The same object as long as no link goes up or down, so that what is known serves the next request.
   * Without it, each request asks anew.
   */
  readonly version?: object;
}

/** The link state of a fabric without faults. */
export const allLinksUp: LinkState = { isUp: () => true };

/** A link of a plan: its label, and what it reserves, bit/s. `forward` runs from `a` to `b`. */
export interface PlannedLink extends LabelledLink {
  readonly forward: Bandwidth;
  readonly backward: Bandwidth;
}

/** What the endpoints at one port reserve there, bit/s: `in` from the hosts, `out` to them. */
export interface PlannedPort {
  readonly port: PortRef;
  readonly in: Bandwidth;
  readonly out: Bandwidth;
}

/** An endpoint of a plan: where its frames come in, and under which tag. */
export interface PlannedEndpoint {
  readonly hostPort: string;
  readonly attachment: EdgeAttachment;
  readonly tagging: Tagging;
  /** bit/s, each way. */
  readonly bandwidth: Bandwidth;
}

/** A loop-free tree that joins all endpoints, with everything it reserves. */
export interface NetworkPlan {
  /** The tag of tagged endpoints that have none of their own. */
  readonly vlan: VlanId;
  /** In the order of the request. */
  readonly endpoints: readonly PlannedEndpoint[];
  /** In the order of their ids. */
  readonly links: readonly PlannedLink[];
  /** In the order of their references. */
  readonly ports: readonly PlannedPort[];
  /** Sum of the links' metrics. */
  readonly cost: number;
}

/** Why there is no plan. */
export type PlanRefusal = NoPath | VlanUnavailable | UnknownHostPort | InvalidRequest;
