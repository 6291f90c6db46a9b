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

/** Both directions of what is at a port: of its link or, at an edge or for several links, of the port itself. */
export function channelsAt(topology: Topology, port: PortRef): readonly Channel[] {
  const [link, ...others] = topology.linksAt(port);
  return link === undefined || others.length > 0
    ? [portChannel(port, "in"), portChannel(port, "out")]
    : [linkChannel(link.id, "forward"), linkChannel(link.id, "backward")];
}

/** Whose labels frames carry at a port: those of its links or, at an edge, its own. */
export function labelsAt(topology: Topology, port: PortRef): readonly LabelSpace[] {
  const links = topology.linksAt(port);
  return links.length === 0 ? [portLabels(port)] : links.map(({ id }) => linkLabels(id));
}
