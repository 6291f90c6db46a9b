import {
  type Channel,
  type LabelSpace,
  linkOfChannel,
  linkOfLabels,
  portOfChannel,
  portOfLabels,
} from "../../ledger/channel.ts";
import { type Resources, unlimited } from "../../ledger.ts";
import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import { linkId, portRef } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";

/**
 * What `topology` has to promise; a port without a capacity is unlimited. Looked up in the topology
 * each time, so that it takes no room of its own; one for each topology value.
 */
export function topologyResources(topology: Topology): Resources {
  const known = made.get(topology);
  if (known !== undefined) return known;
  const resources: Resources = {
    capacity: (channel) => capacityOf(topology, channel),
    labels: (space) => labelsOf(topology, space),
  };
  made.set(topology, resources);
  return resources;
}

const made = new WeakMap<Topology, Resources>();
const nothing = bandwidth(0);

function capacityOf({ links, ports }: Topology, channel: Channel): Bandwidth {
  const link = linkOfChannel(channel);
  if (link !== undefined) return links.get(linkId(link))?.capacity ?? nothing;
  const port = ports.get(portRef(portOfChannel(channel) ?? ""));
  return port === undefined ? nothing : (port.capacity ?? unlimited);
}

function labelsOf({ links, ports }: Topology, space: LabelSpace): VlanSet {
  const link = linkOfLabels(space);
  if (link !== undefined) return links.get(linkId(link))?.vlans ?? VlanSet.empty;
  return ports.get(portRef(portOfLabels(space) ?? ""))?.vlans ?? VlanSet.empty;
}
