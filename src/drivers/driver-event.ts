import type { DriverCause } from "../model/errors.ts";
import type { DatapathId, NetworkNumber, NodeId, PortRef, SegmentId } from "../model/ids.ts";

/** What a driver tells unasked. */
export type DriverEvent =
  /**
   * A node holds what is wanted of it, and nothing else, but for segments that are `pending`: of these that is not
   * known yet, and `confirmed` follows.
   */
  | { readonly type: "node-up"; readonly node: NodeId; readonly pending?: readonly SegmentId[] }
  /** `isConnected` when the node is there, but somebody else's to change. */
  | {
      readonly type: "node-down";
      readonly node: NodeId;
      readonly reason: string;
      readonly isConnected?: boolean;
    }
  /** A switch that dialled in was sent away; nothing was changed on it. Who did not get so far as to say has no `datapathId`. */
  | {
      readonly type: "switch-refused";
      readonly datapathId?: DatapathId;
      readonly remote: string;
      readonly reason: string;
    }
  /** A node that had no room for something has so much of it again, because somebody else has left. */
  | { readonly type: "capacity-regained"; readonly node: NodeId }
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
  /**
   * An address moves again and again between the ports of a node: for so long nobody follows it, and
   * frames for it go to all members of its network.
   */
  | {
      readonly type: "address-held";
      readonly node: NodeId;
      readonly address: string;
      readonly forMs: number;
    }
  /**
   * As many addresses of a network are known behind a port of a node as may be, `limit`: frames for one more go to
   * all its members. Where the node learns by itself nobody knows whether there are more.
   */
  | {
      readonly type: "addresses-full";
      readonly node: NodeId;
      readonly network: NetworkNumber;
      readonly port: PortRef;
      readonly limit: number;
    }
  | { readonly type: "port-state"; readonly port: PortRef; readonly up: boolean }
  /**
   * The agent has turned from the node's master into a slave: the node has heard of a later
   * `generation`, where it says so. The node counts as down until the agent is its master again.
   */
  | { readonly type: "role-lost"; readonly node: NodeId; readonly generation?: bigint }
  /**
   * A segment that was confirmed carries nothing, or not all: its domain has lost what it had. The
   * driver goes on bringing it back; `refused` says why the domain does not have that, when it has been
   * asked. Told anew when that changes.
   */
  | {
      readonly type: "segment-down";
      readonly segment: SegmentId;
      readonly reason: string;
      readonly refused?: readonly DriverCause[];
    }
  /** A segment that carried nothing does again, or nothing is asked of it any more. */
  | { readonly type: "segment-up"; readonly segment: SegmentId }
  /**
   * What the domain calls what it has of a segment, which has been looked at; nothing where it has nothing. Told
   * anew when that changes.
   */
  | {
      readonly type: "segment-named";
      readonly segment: SegmentId;
      readonly externalIds: readonly string[];
    }
  /** A node that was pending for this segment is now as asked. */
  | { readonly type: "confirmed"; readonly node: NodeId; readonly segment: SegmentId }
  /** A node did not hold what it should; `repaired` says whether it does now. */
  | {
      readonly type: "drift";
      readonly node: NodeId;
      readonly what: readonly string[];
      readonly repaired: boolean;
    };
