import { Topology } from "dcns";
import { allLinksUp, cheapestRoute, type Route, topologyResources } from "dcns/pce";
import type { Random } from "dcns/testing";
import { Ledger, type Resources } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { nodeId } from "../../src/model/ids.ts";
import { always } from "../../src/model/interval.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { value } from "../support/value.ts";
import type { BenchGraph } from "./graphs.ts";

/** What a path has to meet besides being the cheapest. */
export type Constraint = "none" | "bandwidth" | "bandwidth+label";

/** Two nodes to find a path between. */
export type Query = readonly [from: number, to: number];

/** A graph as a network: every query is a call of the public `cheapestRoute`. */
export interface BenchNetwork {
  readonly topology: Topology;
  find(constraint: Constraint, query: Query): Route | undefined;
}

/**
 * The graph with links of 10 Gbit/s. Where nothing is to be met, one bit per second is asked for in
 * both directions, which all links have, so bandwidth is checked all the same. For the constraints,
 * 2 Gbit/s are, which one link in twenty has not; and of the tags 2-4094 a part is free on each
 * link, by chance.
 */
export function networkOf(graph: BenchGraph, random: Random): BenchNetwork {
  const topology = value(Topology.parse(documentOf(graph)));
  const ids = Array.from({ length: graph.nodeCount }, (_, node) => nodeId(`n${node}`));
  const ledgers = {
    none: Ledger.over(topologyResources(topology)),
    bandwidth: Ledger.over(scarceResources(topology, graph.freeTags, random)),
  };
  return {
    topology,
    find: (constraint, [from, to]) => {
      const amount = constraint === "none" ? 1 : DEMAND;
      const request = {
        from: ids[from] ?? nodeId(""),
        to: ids[to] ?? nodeId(""),
        onward: amount,
        back: amount,
        interval: always,
        cost: "metric",
      } as const;
      const isLabelled = constraint === "bandwidth+label";
      const ledger = constraint === "none" ? ledgers.none : ledgers.bandwidth;
      const asked = isLabelled ? { ...request, vlans: VlanSet.default } : request;
      return value(cheapestRoute(topology, ledger, allLinksUp, asked));
    },
  };
}

const DEMAND = 2e9;
/** Of every link, bit/s. */
export const CAPACITY = 10e9;
const SCARCE = 1e9;

/** The network as a document; `hosts` makes a touch point of every node. */
export function documentOf({ nodeCount, links }: BenchGraph, hasHosts = false): unknown {
  const ports: { id: string }[][] = Array.from({ length: nodeCount }, () =>
    hasHosts ? [{ id: "host" }] : [],
  );
  for (const [link, [a, b]] of links.entries()) {
    for (const node of [a, b]) ports[node]?.push({ id: `p${link}` });
  }
  return {
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: ports.map((own, node) => ({
      id: `n${node}`,
      domain: "d",
      vlanTranslation: false,
      ports: own,
    })),
    links: links.map(([a, b, metric], link) => ({
      id: `l${link}`,
      a: `n${a}:p${link}`,
      b: `n${b}:p${link}`,
      capacity: CAPACITY,
      metric,
    })),
    hosts: hasHosts
      ? ports.map((_, node) => ({ host: `h${node}`, nic: "0", port: `n${node}:host` }))
      : [],
  };
}

/** Sets of free tags are drawn from this many: few enough to fit in memory. */
const LABEL_SETS = 4096;

function scarceResources(topology: Topology, freeTags: number, random: Random): Resources {
  const sets = Array.from({ length: LABEL_SETS }, () =>
    VlanSet.of(...[...VlanSet.default].filter(() => random.next() < freeTags)),
  );
  const capacities = new Map<string, number>();
  const labels = new Map<string, VlanSet>();
  for (const id of topology.links.keys()) {
    for (const direction of ["forward", "backward"]) {
      capacities.set(`link ${id} ${direction}`, random.next() < 0.025 ? SCARCE : CAPACITY);
    }
    const set = sets[Math.floor(random.next() * LABEL_SETS)];
    if (set !== undefined) labels.set(`link ${id}`, set);
  }
  return {
    capacity: (channel) => bandwidth(capacities.get(channel) ?? 0),
    labels: (space) => labels.get(space) ?? VlanSet.empty,
  };
}
