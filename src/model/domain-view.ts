import type { DatapathId, DomainId, LinkId, NodeId, PortRef } from "./ids.ts";

/** A port as its driver needs to know it: its OpenFlow number, or the name to find it by. */
export interface PortView {
  readonly ref: PortRef;
  readonly ofPort?: number;
  readonly name?: string;
  /** The link at this port, if any; the first of several, none of which is within the domain. */
  readonly link?: LinkId;
}

/** A node as its driver needs to know it. */
export interface NodeView {
  readonly id: NodeId;
  readonly datapathId?: DatapathId;
  readonly ports: readonly PortView[];
}

/** The part of the topology that one driver controls. */
export interface DomainView {
  readonly id: DomainId;
  readonly nodes: readonly NodeView[];
}
