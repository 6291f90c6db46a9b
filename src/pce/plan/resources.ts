import {
  type Channel,
  type LabelSpace,
  linkChannel,
  linkLabels,
  portChannel,
  portLabels,
} from "../../ledger/channel.ts";
import { type Resources, unlimited } from "../../ledger.ts";
import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";

/**
 * What `topology` has to promise; a port without a capacity is unlimited. Made once for each
 * topology value.
 */
export function topologyResources(topology: Topology): Resources {
  const known = made.get(topology);
  if (known !== undefined) return known;
  const resources = make(topology);
  made.set(topology, resources);
  return resources;
}

const made = new WeakMap<Topology, Resources>();
const nothing = bandwidth(0);

function make(topology: Topology): Resources {
  const capacities = new Map<Channel, Bandwidth>();
  const labels = new Map<LabelSpace, VlanSet>();
  for (const port of topology.ports.values()) {
    const capacity = port.capacity ?? unlimited;
    capacities.set(portChannel(port.ref, "in"), capacity);
    capacities.set(portChannel(port.ref, "out"), capacity);
    labels.set(portLabels(port.ref), port.vlans);
  }
  for (const link of topology.links.values()) {
    capacities.set(linkChannel(link.id, "forward"), link.capacity);
    capacities.set(linkChannel(link.id, "backward"), link.capacity);
    labels.set(linkLabels(link.id), link.vlans);
  }
  return {
    capacity: (channel) => capacities.get(channel) ?? nothing,
    labels: (space) => labels.get(space) ?? VlanSet.empty,
  };
}
