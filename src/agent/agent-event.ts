import type { DriverEvent } from "../drivers/driver-event.ts";
import type { DcnsError } from "../model/errors.ts";
import type { DomainId, LinkId, NodeId, PortRef, ProjectId } from "../model/ids.ts";
import type { NetworkState } from "../model/network.ts";

/** What drivers tell of nodes, as they tell it. */
type PassedOn = Extract<
  DriverEvent,
  {
    readonly type:
      | "node-up"
      | "node-down"
      | "switch-refused"
      | "capacity-regained"
      | "packet-ins-dropped"
      | "address-held"
      | "miswired"
      | "wired"
      | "drift";
  }
>;

/** What an agent tells unasked; one union on `type`. */
export type AgentEvent =
  /** A network came to be, or changed its state or its generation. */
  | {
      readonly type: "network-state";
      readonly project: ProjectId;
      readonly state: NetworkState;
      readonly generation: number;
    }
  /**
   * A network left its tree for another, without a frame lost; `because` says what the old tree
   * lacked for what was asked. Without it, the fabric has changed under the network.
   */
  | {
      readonly type: "network-rerouted";
      readonly project: ProjectId;
      readonly from: readonly LinkId[];
      readonly to: readonly LinkId[];
      readonly because?: DcnsError;
    }
  /**
   * The switches have changed over by themselves between the links of a network and what stands by: to
   * the second path, or to bypasses of a tree, or back before the network had left what was broken.
   */
  | {
      readonly type: "protection-switched";
      readonly project: ProjectId;
      readonly from: readonly LinkId[];
      readonly to: readonly LinkId[];
    }
  /** A domain has lost what carried a part of a network, and is being asked for it again. */
  | {
      readonly type: "segment-down";
      readonly project: ProjectId;
      readonly domain: DomainId;
      readonly reason: string;
    }
  /** Frames pass through that part again, or the network does not need it any more. */
  | { readonly type: "segment-up"; readonly project: ProjectId; readonly domain: DomainId }
  /** A network is gone; nothing of it is left on any node that can be reached. */
  | { readonly type: "network-removed"; readonly project: ProjectId }
  | PassedOn
  /**
   * As many addresses of a network are known behind a port as may be, `limit`, by `maxAddresses` or `maxNetworkAddresses`: frames
   * for one more go to all its members. Where the switch learns by itself nobody knows whether there are more.
   */
  | {
      readonly type: "addresses-full";
      readonly project: ProjectId;
      readonly node: NodeId;
      readonly port: PortRef;
      readonly limit: number;
    }
  /** A link fails again and again: it counts as down until it has been quiet for `forMs`. */
  | { readonly type: "link-damped"; readonly link: LinkId; readonly forMs: number }
  | { readonly type: "link-state"; readonly link: LinkId; readonly up: boolean }
  /** A network that should be provisioned, or released, for its schedule could not be; that is tried again. */
  | {
      readonly type: "schedule-delayed";
      readonly project: ProjectId;
      readonly error: DcnsError;
      readonly retryInMs: number;
    }
  /** What an undone or forced operation had left was seen clean; its labels are free again. */
  | { readonly type: "quarantine-over"; readonly project: ProjectId };
