import { Topology } from "dcns";
import {
  allLinksUp,
  type PathRequest,
  type PlanEndpoint,
  type PlanRequest,
  topologyResources,
} from "dcns/pce";
import { linkChannel, linkLabels } from "../../src/ledger/channel.ts";
import { type Claim, Ledger } from "../../src/ledger.ts";
import { type Bandwidth, bandwidth } from "../../src/model/bandwidth.ts";
import { linkId, vlanId } from "../../src/model/ids.ts";
import { always } from "../../src/model/interval.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { value } from "../support/value.ts";

/** A network to plan on, as the data has it. */
export interface FabricData {
  readonly nodes: readonly string[];
  /** Nodes that can translate labels. */
  readonly translators: readonly string[];
  readonly links: readonly LinkData[];
}

/** A link; what is free on it is counted in no unit, with decimals. */
export interface LinkData {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly metric: number;
  readonly residual: number;
  readonly vlans: string;
}

/** A network with a host at every node, without tags so that labels matter on links alone. */
export class Fabric {
  readonly topology: Topology;
  readonly ledger: Ledger;
  readonly linkState = allLinksUp;
  readonly #names: ReadonlyMap<string, string>;

  constructor(data: FabricData) {
    this.#names = new Map(data.nodes.map((id, index) => [id, `n${index}`]));
    this.topology = value(Topology.parse(documentOf(data, this.#names)));
    const empty = Ledger.over(topologyResources(this.topology));
    this.ledger = value(empty.reserve(claimOfOthers(data)));
  }

  /** A request to join nodes, each counted once, with this bandwidth on every link of the tree, in both directions. */
  request(nodes: readonly string[], amount: number): PlanRequest {
    const rate = scaled(amount);
    const endpoints = [...new Set(nodes)].map((id): PlanEndpoint => {
      const touchPoint = this.topology.touchPoints.get(`${this.#names.get(id)}:eth0`);
      if (touchPoint === undefined) throw new Error(`there is no node ${id}`);
      return { touchPoint, tagging: "untagged", bandwidth: rate };
    });
    return {
      holder: "bench",
      endpoints,
      bandwidth: rate,
      sharing: "shared",
      delivery: "static",
      vlans: VlanSet.all,
      interval: always,
    };
  }

  /** A request for paths between two nodes. */
  pathRequest(from: string, to: string, amount: number): PathRequest {
    const { endpoints, ...request } = this.request([from, to], amount);
    const [first, second] = endpoints;
    if (first === undefined || second === undefined) throw new Error("a path has two ends");
    return { ...request, endpoints: [first, second] };
  }
}

/** A link that has nothing free has the least there can be, and that is somebody else's. */
function claimOfOthers({ links }: FabricData): Claim {
  const full = [...links.keys()].filter((at) => scaled(links[at]?.residual ?? 0) === 0);
  const taken = [...links.keys()].filter((at) => links[at]?.vlans.trim() === "");
  return {
    holder: "others",
    interval: always,
    bandwidth: full.flatMap((at) => {
      return (["forward", "backward"] as const).map((direction) => {
        return { channel: linkChannel(linkId(`l${at}`), direction), amount: bandwidth(1) };
      });
    }),
    labels: taken.map((at) => ({ space: linkLabels(linkId(`l${at}`)), label: vlanId(1) })),
  };
}

const MICRO = 1_000_000;

/** Whole numbers, with six decimals of those in the data. */
function scaled(amount: number): Bandwidth {
  return bandwidth(Math.round(amount * MICRO));
}

function documentOf(data: FabricData, names: ReadonlyMap<string, string>): unknown {
  const ports = new Map<string, { readonly id: string; readonly vlans?: string }[]>(
    data.nodes.map((id) => [id, [{ id: "host" }]]),
  );
  for (const { a, b } of data.links) {
    for (const end of [a, b]) {
      const own = ports.get(end);
      own?.push({ id: `p${own.length}`, vlans: "1-4094" });
    }
  }
  const next = new Map<string, number>();
  const portAt = (node: string): string => {
    const number = (next.get(node) ?? 0) + 1;
    next.set(node, number);
    return `${names.get(node)}:p${number}`;
  };
  const translators = new Set(data.translators);
  return {
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: data.nodes.map((id) => ({
      id: names.get(id),
      domain: "d",
      vlanTranslation: translators.has(id),
      ports: ports.get(id),
    })),
    links: data.links.map(({ a, b, metric, residual, vlans }, index) => ({
      id: `l${index}`,
      a: portAt(a),
      b: portAt(b),
      metric,
      capacity: Math.max(1, scaled(residual)),
      vlans: vlans.trim() === "" ? "1" : vlans,
    })),
    hosts: data.nodes.map((id) => ({
      host: names.get(id),
      nic: "eth0",
      port: `${names.get(id)}:host`,
      tagging: "untagged",
    })),
  };
}
