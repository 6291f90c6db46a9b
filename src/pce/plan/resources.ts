import {
  type Channel,
  type LabelSpace,
  linkChannel,
  linkOfChannel,
  linkOfLabels,
  portChannel,
  portOfChannel,
  portOfLabels,
} from "../../ledger/channel.ts";
import type { Pool } from "../../ledger/pool.ts";
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
  const pools = poolsOf(topology);
  const resources: Resources = {
    capacity: (channel) => capacityOf(topology, channel),
    labels: (space) => labelsOf(topology, space),
    ...(pools.size === 0 ? {} : { pools: (channel) => pools.get(channel) ?? [] }),
    vnis: (space) => topology.links.get(linkId(linkOfLabels(space) ?? ""))?.vnis,
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

/** Links at one port have no more than the port together, in and out of it. */
function poolsOf(topology: Topology): ReadonlyMap<Channel, readonly Pool[]> {
  const pools = new Map<Channel, readonly Pool[]>();
  for (const { ref, capacity = unlimited } of topology.sharedPorts) {
    for (const direction of ["in", "out"] as const) {
      const links = topology.linksAt(ref).map(({ id, a }) => {
        return linkChannel(id, (a === ref) === (direction === "out") ? "forward" : "backward");
      });
      const channels = [portChannel(ref, direction), ...links];
      for (const channel of channels) {
        pools.set(channel, [...(pools.get(channel) ?? []), { capacity, channels }]);
      }
    }
  }
  return pools;
}

function labelsOf({ links, ports }: Topology, space: LabelSpace): VlanSet {
  const link = linkOfLabels(space);
  if (link !== undefined) return links.get(linkId(link))?.vlans ?? VlanSet.empty;
  return ports.get(portRef(portOfLabels(space) ?? ""))?.vlans ?? VlanSet.empty;
}
