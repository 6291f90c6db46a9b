import { type Channel, linkOfChannel, portOfChannel } from "../ledger/channel.ts";
import type { Resources } from "../ledger.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import { type DomainId, linkId, type NodeId, portRef } from "../model/ids.ts";
import { topologyResources } from "../pce/index.ts";
import type { Topology } from "../topology.ts";

/** In what multiples a domain promises rates, bit/s; undefined where any rate can be had. */
export type BandwidthUnits = (domain: DomainId) => Bandwidth | undefined;

/**
 * What `topology` has to promise, where the domains promise in units: of their ports, and of the links to them, as much is
 * held as a domain gives for what it is asked for. Between two such domains it is the greater unit.
 */
export function resourcesInUnits(topology: Topology, unitOf: BandwidthUnits): Resources {
  const resources = topologyResources(topology);
  const units = new Map<NodeId, Bandwidth>();
  for (const { id, domain } of topology.nodes.values()) {
    const unit = unitOf(domain);
    if (unit !== undefined) units.set(id, unit);
  }
  if (units.size === 0) return resources;
  return { ...resources, unit: (channel) => greatest(units, nodesAt(topology, channel)) };
}

function greatest(
  units: ReadonlyMap<NodeId, Bandwidth>,
  nodes: readonly NodeId[],
): Bandwidth | undefined {
  const found = nodes.flatMap((node) => units.get(node) ?? []);
  return found.sort((a, b) => b - a)[0];
}

function nodesAt({ links, ports }: Topology, channel: Channel): readonly NodeId[] {
  const link = links.get(linkId(linkOfChannel(channel) ?? ""));
  if (link !== undefined) return [link.nodeA, link.nodeB];
  const port = ports.get(portRef(portOfChannel(channel) ?? ""));
  return port === undefined ? [] : [port.node];
}
