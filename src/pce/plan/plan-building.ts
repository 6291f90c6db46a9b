import type { PortRef, VlanId } from "../../model/ids.ts";
import type { LinkLabel } from "../../model/vni.ts";
import { type Graph, linkIdOf } from "../graph/graph.ts";
import { costOf, treeLoads } from "../tree/tree.ts";
import { bounded, edgeLoad, sideOf } from "./edge-load.ts";
import { tagOf, terminalsOf } from "./ends.ts";
import type { NetworkPlan, PlanEndpoint, PlannedPort, Traffic } from "./plan.ts";

/** A tree with its labels, and what it is for. */
export interface LabelledNetwork {
  readonly graph: Graph;
  readonly endpoints: readonly PlanEndpoint[];
  readonly traffic: Traffic;
  readonly vlan: VlanId;
  /** The links of the tree, each with its label. */
  readonly labels: ReadonlyMap<number, LinkLabel>;
}

/** Works out what the network reserves, and puts it into the words of the topology. O(n log n) for n links. */
export function buildPlan(network: LabelledNetwork): NetworkPlan {
  const { graph, endpoints, traffic, vlan, labels } = network;
  const links = [...labels.keys()].sort((x, y) => x - y);
  const loads = treeLoads(graph, links, terminalsOf(graph, endpoints), traffic);
  return {
    vlan,
    endpoints: endpoints.map((endpoint) => {
      const { hostPort, node, port } = endpoint.touchPoint;
      const attachment = { node, port, tag: tagOf(endpoint, vlan) };
      const { tagging, bandwidth: rate } = endpoint;
      return { hostPort, attachment, tagging, bandwidth: rate };
    }),
    links: loads.map(({ link, forward, backward }) => {
      const label = labels.get(link) ?? vlan;
      return { link: linkIdOf(graph, link), label, forward, backward };
    }),
    ports: portLoads(endpoints, traffic),
    cost: costOf(graph, links),
  };
}

/**
 * What the endpoints reserve at their ports, in the order of the ports. An endpoint's access is an
 * edge of the tree like any other: it parts the endpoint from all others.
 */
export function portLoads(
  endpoints: readonly PlanEndpoint[],
  traffic: Traffic,
): readonly PlannedPort[] {
  const loads = new Map<PortRef, { in: number; out: number }>();
  const all = sideOf(endpoints.map((endpoint) => endpoint.bandwidth));
  for (const endpoint of endpoints) {
    const { port } = endpoint.touchPoint;
    const own = sideOf([endpoint.bandwidth]);
    const rest = { rate: all.rate - own.rate, count: all.count - own.count };
    const load = loads.get(port) ?? { in: 0, out: 0 };
    loads.set(port, {
      in: load.in + edgeLoad(traffic, own, rest),
      out: load.out + edgeLoad(traffic, rest, own),
    });
  }
  return [...loads]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([port, load]) => ({ port, in: bounded(load.in), out: bounded(load.out) }));
}
