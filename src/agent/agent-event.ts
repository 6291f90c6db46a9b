import type { DcnsError } from "../model/errors.ts";
import type { DatapathId, LinkId, NodeId, PortRef, ProjectId } from "../model/ids.ts";
import type { NetworkState } from "../model/network.ts";

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
   * The switches have changed over between the two paths of a network by themselves: to the second
   * where the first is broken, or back to the first before the network had left it.
   */
  | {
      readonly type: "protection-switched";
      readonly project: ProjectId;
      readonly from: readonly LinkId[];
      readonly to: readonly LinkId[];
    }
  /** A network is gone; nothing of it is left on any node that can be reached. */
  | { readonly type: "network-removed"; readonly project: ProjectId }
  /** A node is there, and holds exactly what it should. */
  | { readonly type: "node-up"; readonly node: NodeId }
  | { readonly type: "node-down"; readonly node: NodeId; readonly reason: string }
  /** A switch that dialled in was sent away, and nothing was changed on it. */
  | {
      readonly type: "switch-refused";
      readonly datapathId: DatapathId;
      readonly remote: string;
      readonly reason: string;
    }
  /** A node sends more packets than it may; so many were dropped since this was last told. */
  | { readonly type: "packet-ins-dropped"; readonly node: NodeId; readonly count: number }
  /**
   * The cable at a port does not lead where the inventory says: at its far end is `seen`, or nothing
   * that answers. The inventory stays as it is.
   */
  | {
      readonly type: "miswired";
      readonly node: NodeId;
      readonly port: PortRef;
      readonly expected: PortRef;
      readonly seen?: PortRef;
    }
  /** A cable that was said to be miswired leads where it should. */
  | { readonly type: "wired"; readonly node: NodeId; readonly port: PortRef }
  /** A link fails again and again: it counts as down until it has been quiet for `forMs`. */
  | { readonly type: "link-damped"; readonly link: LinkId; readonly forMs: number }
  | { readonly type: "link-state"; readonly link: LinkId; readonly up: boolean }
  /** A node did not hold what it should; `repaired` says whether it does now. */
  | {
      readonly type: "drift";
      readonly node: NodeId;
      readonly what: readonly string[];
      readonly repaired: boolean;
    }
  /** What an undone or forced operation had left was seen clean; its labels are free again. */
  | { readonly type: "quarantine-over"; readonly project: ProjectId };
