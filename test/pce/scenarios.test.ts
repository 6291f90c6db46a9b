import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { always } from "../../src/model/interval.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import {
  allLinksUp,
  cheapestWalk,
  type PlanRequest,
  planNetwork,
  topologyResources,
} from "../../src/pce/index.ts";
import { Topology } from "../../src/topology.ts";

/** Networks with exact answers that other programs computed; beside the repository, or not there. */
const { DCNS_SHARED } = process.env;
const folder = resolve(DCNS_SHARED ?? "../shared", "data/pce/pce-scenarios");
const names = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith(".json"))
  : [];

interface Scenario {
  readonly nodes: readonly string[];
  readonly translators: readonly string[];
  readonly links: readonly {
    readonly id: string;
    readonly a: string;
    readonly b: string;
    readonly metric: number;
    readonly residual: number;
    readonly vlans: string;
  }[];
  readonly queries: readonly Query[];
}

type Query =
  | {
      readonly type: "p2p";
      readonly src: string;
      readonly dst: string;
      readonly bw: number;
      readonly translate: boolean;
      readonly cost: number | null;
    }
  | {
      readonly type: "mp2mp";
      readonly terminals: readonly string[];
      readonly bw: number;
      readonly cost: number | null;
    }
  | { readonly type: "disjoint-pair" | "ksp" };

describe.skipIf(names.length === 0)("the scenarios of the shared data", { timeout: 60_000 }, () => {
  test.each(names)("%s: every path and every tree is as cheap as it can be", (name) => {
    const scenario: Scenario = JSON.parse(readFileSync(resolve(folder, name), "utf8"));
    const rigid = topologyOf(scenario, []);
    const flexible = topologyOf(scenario, scenario.translators);
    for (const query of scenario.queries) {
      if (query.type === "p2p") {
        // With translation the answers are of ways over (node, tag) pairs, which are walks.
        const cost = query.translate
          ? walkCost(flexible, [query.src, query.dst], query.bw)
          : costOf(rigid, [query.src, query.dst], query.bw);
        expect(cost).toBe(query.cost);
      }
      if (query.type === "mp2mp") {
        expect(costOf(rigid, query.terminals, query.bw)).toBe(query.cost);
      }
    }
  });
});

/** Bandwidths have decimals there, and are whole numbers of bit/s here. */
const scaled = (value: number): number => Math.round(value * 1_000_000);

function topologyOf(scenario: Scenario, translators: readonly string[]): Topology {
  const document = {
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: scenario.nodes.map((id) => ({
      id: nodeName(id),
      domain: "d",
      vlanTranslation: translators.includes(id),
      ports: [
        { id: "host" },
        ...scenario.links
          .filter((link) => link.a === id || link.b === id)
          .map((link) => ({ id: link.id, vlans: "1-4094" })),
      ],
    })),
    links: scenario.links.map((link) => ({
      id: link.id,
      a: `${nodeName(link.a)}:${link.id}`,
      b: `${nodeName(link.b)}:${link.id}`,
      capacity: scaled(link.residual),
      vlans: link.vlans,
      metric: link.metric,
    })),
    hosts: scenario.nodes.map((id) => ({
      host: nodeName(id),
      nic: "eth0",
      port: `${nodeName(id)}:host`,
      tagging: "untagged",
    })),
  };
  return Topology.parse(document)._unsafeUnwrap();
}

function nodeName(id: string): string {
  return id.replaceAll(/[\s:]/g, "_");
}

function costOf(topology: Topology, nodes: readonly string[], bw: number): number | null {
  const request = requestOf(topology, nodes, bw);
  const planned = planNetwork(topology, ledgerOf(topology), allLinksUp, request);
  return planned.isOk() ? planned.value.cost : null;
}

function walkCost(topology: Topology, nodes: readonly string[], bw: number): number | null {
  const { endpoints, ...request } = requestOf(topology, nodes, bw);
  const [from, to] = endpoints;
  if (from === undefined || to === undefined) return null;
  const walk = { ...request, endpoints: [from, to] as const, isOneWay: true };
  const found = cheapestWalk(topology, ledgerOf(topology), allLinksUp, walk);
  return found.isOk() ? found.value.cost : null;
}

function ledgerOf(topology: Topology): Ledger {
  return Ledger.over(topologyResources(topology));
}

function requestOf(topology: Topology, nodes: readonly string[], bw: number): PlanRequest {
  const endpoints = nodes.flatMap((id) => {
    const touchPoint = topology.touchPoints.get(`${nodeName(id)}:eth0`);
    if (touchPoint === undefined) return [];
    return [{ touchPoint, tagging: touchPoint.tagging, bandwidth: bandwidth(scaled(bw)) }];
  });
  expect(endpoints.length).toBe(nodes.length);
  return {
    holder: "me",
    endpoints,
    bandwidth: bandwidth(scaled(bw)),
    sharing: "shared",
    delivery: "static",
    vlans: VlanSet.all,
    interval: always,
  };
}
