import type { Bandwidth } from "./bandwidth.ts";
import type { NodeId, PortRef } from "./ids.ts";
import type { VlanSet } from "./vlan-set.ts";

/** What a domain refuses, and the next plan has to do without (crankback, RFC 4920 §4). */
export type BlockedResource =
  /** The network gets no more than this there, bit/s each way, with what it has. */
  | { readonly type: "bandwidth"; readonly port: PortRef; readonly available: Bandwidth }
  /** None of these labels is to be had there. */
  | { readonly type: "label"; readonly port: PortRef; readonly labels: VlanSet }
  /** A network cannot branch there. */
  | { readonly type: "branching"; readonly node: NodeId }
  /** Labels stay the same from one port to the other there. */
  | { readonly type: "translation"; readonly node: NodeId }
  /** A network cannot pass there at all. */
  | { readonly type: "node"; readonly node: NodeId };
