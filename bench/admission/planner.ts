import { Ledger } from "../../src/ledger.ts";
import { type Bandwidth, bandwidth } from "../../src/model/bandwidth.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import {
  allLinksUp,
  claimOf,
  type LinkCost,
  type PlanEndpoint,
  type PlanRequest,
  planNetwork,
  topologyResources,
} from "../../src/pce/index.ts";
import { Topology } from "../../src/topology.ts";
import { value } from "../support/value.ts";
import type { LinkTags } from "./greedy.ts";
import type { Admitter } from "./simulation.ts";
import type { Arrival, Fabric, Workload } from "./workload.ts";

/** What differs from a fabric whose tags are not scarce, and from the planner's defaults. */
export interface PlanningOptions {
  readonly tags?: LinkTags;
  readonly cost?: LinkCost;
}

/**
 * DCNS as its users have it: `planNetwork` on a ledger.
 *
 * Networks are shared and all their endpoints have the bandwidth of the whole, so each link of a tree
 * reserves that in both directions, which is what a link with one capacity for both has to give.
 * Every endpoint has a port without tags for itself: what is scarce is on the links alone.
 */
export function planningAdmitter(
  { fabric, arrivals }: Workload,
  { tags, cost }: PlanningOptions = {},
): Admitter {
  const slots = busiest(fabric, arrivals);
  const topology = topologyOf(fabric, slots, tags);
  const ports = slots.map((count, node) =>
    Array.from({ length: count }, (_, slot) => hostPort(node, slot)),
  );
  const held = new Map<Arrival, { readonly holder: string; readonly hostPorts: string[] }>();
  let ledger = Ledger.over(topologyResources(topology));
  let count = 0;
  return {
    admit(arrival) {
      const holder = `network ${count++}`;
      const hostPorts = arrival.endpoints.map((node) => ports[node]?.at(-1) ?? "");
      const request = {
        ...requestOf(topology, arrival, { holder, hostPorts }),
        ...(cost === undefined ? {} : { cost }),
      };
      const plan = planNetwork(topology, ledger, allLinksUp, request);
      if (plan.isErr()) return false;
      ledger = value(ledger.reserve(claimOf(plan.value, holder, request.interval)));
      held.set(arrival, { holder, hostPorts });
      for (const node of arrival.endpoints) ports[node]?.pop();
      return true;
    },
    release(arrival) {
      const { holder, hostPorts } = held.get(arrival) ?? { holder: "", hostPorts: [] };
      ledger = ledger.release(holder);
      held.delete(arrival);
      for (const [at, node] of arrival.endpoints.entries()) ports[node]?.push(hostPorts[at] ?? "");
    },
  };
}

/** Bandwidths have decimals there, and are whole numbers of bit/s here. */
function bitsPerSecond(amount: number): Bandwidth {
  return bandwidth(Math.round(amount * 1e6));
}

function hostPort(node: number, slot: number): string {
  return `n${node}-${slot}:eth0`;
}

/** Of each node, the most endpoints that it would have at a time if everything were admitted. */
function busiest({ nodes }: Fabric, arrivals: readonly Arrival[]): readonly number[] {
  const changes: { readonly at: number; readonly node: number; readonly change: number }[] =
    arrivals.flatMap(({ arrive, hold, endpoints }) =>
      endpoints.flatMap((node) => [
        { at: arrive, node, change: 1 },
        { at: arrive + hold, node, change: -1 },
      ]),
    );
  changes.sort((x, y) => x.at - y.at || y.change - x.change);
  const now = Array.from({ length: nodes }, () => 0);
  const most = [...now];
  for (const { node, change } of changes) {
    now[node] = (now[node] ?? 0) + change;
    most[node] = Math.max(most[node] ?? 0, now[node] ?? 0);
  }
  return most;
}

function topologyOf(fabric: Fabric, slots: readonly number[], tags?: LinkTags): Topology {
  const document = {
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: slots.map((count, node) => ({
      id: `n${node}`,
      domain: "d",
      ports: [
        ...Array.from({ length: count }, (_, slot) => ({ id: `h${slot}` })),
        ...fabric.links.flatMap((ends, link) => (ends.includes(node) ? [{ id: `l${link}` }] : [])),
      ],
    })),
    links: fabric.links.map(([a, b], link) => ({
      id: `l${link}`,
      a: `n${a}:l${link}`,
      b: `n${b}:l${link}`,
      capacity: bitsPerSecond(fabric.capacity),
      ...(tags === undefined ? {} : { vlans: VlanSet.of(...(tags[link] ?? [])).toString() }),
    })),
    hosts: slots.flatMap((count, node) =>
      Array.from({ length: count }, (_, slot) => {
        const [host = "", nic = ""] = hostPort(node, slot).split(":");
        return { host, nic, port: `n${node}:h${slot}`, tagging: "untagged" };
      }),
    ),
  };
  return value(Topology.parse(document));
}

function requestOf(
  topology: Topology,
  arrival: Arrival,
  { holder, hostPorts }: { readonly holder: string; readonly hostPorts: readonly string[] },
): PlanRequest {
  const rate = bitsPerSecond(arrival.bandwidth);
  const endpoints = hostPorts.flatMap((id): PlanEndpoint[] => {
    const touchPoint = topology.touchPoints.get(id);
    return touchPoint === undefined ? [] : [{ touchPoint, tagging: "untagged", bandwidth: rate }];
  });
  return {
    holder,
    endpoints,
    bandwidth: rate,
    sharing: "shared",
    delivery: "static",
    vlans: VlanSet.default,
    interval: { start: arrival.arrive, end: arrival.arrive + arrival.hold },
  };
}
