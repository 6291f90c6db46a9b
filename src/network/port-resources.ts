import {
  type Channel,
  type LabelSpace,
  linkChannel,
  linkLabels,
  portChannel,
  portLabels,
} from "../ledger/channel.ts";
import type { PortRef } from "../model/ids.ts";
import type { Topology } from "../topology.ts";

/** Both directions of what is at a port: of its link or, at an edge, of the port itself. */
export function channelsAt(topology: Topology, port: PortRef): readonly Channel[] {
  const link = topology.linkAt(port);
  return link === undefined
    ? [portChannel(port, "in"), portChannel(port, "out")]
    : [linkChannel(link.id, "forward"), linkChannel(link.id, "backward")];
}

/** Whose labels frames carry at a port: those of its link or, at an edge, its own. */
export function labelsAt(topology: Topology, port: PortRef): LabelSpace {
  const link = topology.linkAt(port);
  return link === undefined ? portLabels(port) : linkLabels(link.id);
}
