import { type Bandwidth, parseBandwidth, Topology } from "dcns";
import {
  allLinksUp,
  type NetworkPlan,
  type PlanRequest,
  planWithProof,
  reload,
  topologyResources,
} from "dcns/pce";
import { type Random, seededRandom } from "dcns/testing";
import { Ledger } from "../src/ledger.ts";
import { always } from "../src/model/interval.ts";
import { VlanSet } from "../src/model/vlan-set.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport } from "./support/bench.ts";
import { median, rounded } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** What hose trees reserve, against a lower bound and against Steiner trees. */
export const hose: Bench = {
  about: "trees for hose traffic: above the lower bound, and below Steiner trees",
  run,
};

const ENDPOINTS = 8;
const DEGREE = 6;
/** What fits on a link: everything, or not the sum of one half. */
const CAPACITIES = { ample: "100Gbps", scarce: "3Gbps" };

async function run({ seed, quick, progress }: BenchOptions): Promise<BenchReport> {
  const random = seededRandom(seed);
  const sizes = quick ? [30] : [100, 1_000];
  const cases: BenchCase[] = [];
  for (const nodes of sizes) {
    for (const [kind, capacity] of Object.entries(CAPACITIES)) {
      progress(`${nodes} nodes, ${kind} capacity`);
      const topology = value(Topology.parse(randomDocument(random, nodes, capacity)));
      for (let round = 0; round < (quick ? 2 : 20); round++) {
        cases.push(oneCase(topology, `${kind}-${nodes}-${round}`, draw(random, nodes)));
      }
    }
  }
  const numbers = (field: string): number[] => cases.map((one) => Number(one[field]));
  return {
    cases,
    summary: {
      gapPct: { p50: median(numbers("gapPct")), max: Math.max(...numbers("gapPct")) },
      steinerPct: { p50: median(numbers("steinerPct")) },
      ms: { p50: median(numbers("ms")) },
    },
  };
}

function oneCase(topology: Topology, name: string, nodes: readonly number[]): BenchCase {
  const ledger = Ledger.over(topologyResources(topology));
  const rate = gigabits(1);
  const endpoints = nodes.flatMap((node) => {
    const touchPoint = topology.touchPoints.get(`h${node}:eth0`);
    return touchPoint === undefined
      ? []
      : [{ touchPoint, tagging: touchPoint.tagging, bandwidth: rate }];
  });
  const request: PlanRequest = {
    holder: "bench",
    endpoints,
    bandwidth: rate,
    sharing: "hose",
    delivery: "static",
    vlans: VlanSet.all,
    interval: always,
    cost: "metric",
  };
  const start = performance.now();
  const { plan, quality } = value(planWithProof(topology, ledger, allLinksUp, request));
  const ms = rounded(performance.now() - start);
  const shared = { ...request, sharing: "shared" } as const;
  const steiner = value(planWithProof(topology, ledger, allLinksUp, shared)).plan;
  const steinerValue = valueOfPlan(topology, reload(topology, steiner, endpoints, request));
  const own = valueOfPlan(topology, plan);
  const above = (more: number, less: number): number => rounded((more / less - 1) * 100);
  return {
    case: name,
    gapPct: above(own, quality.lowerBound),
    steinerPct: above(steinerValue, own),
    ms,
  };
}

/** Sum over links and directions of metric times reservation. */
function valueOfPlan(topology: Topology, plan: NetworkPlan): number {
  return plan.links.reduce((sum, { link, forward, backward }) => {
    return sum + (topology.links.get(link)?.metric ?? 0) * (forward + backward);
  }, 0);
}

function gigabits(amount: number): Bandwidth {
  return value(parseBandwidth(`${amount}Gbps`));
}

/** Distinct nodes. */
function draw(random: Random, nodes: number): readonly number[] {
  const drawn = new Set<number>();
  while (drawn.size < ENDPOINTS) drawn.add(Math.floor(random.next() * nodes));
  return [...drawn];
}

/** A ring, so that it is connected, and links by chance; a host at every node. */
function randomDocument(random: Random, nodes: number, capacity: string): unknown {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const links = Array.from({ length: (nodes * DEGREE) / 2 }, (_, index) => {
    const from = index < nodes ? index : below(nodes);
    const to = (from + 1 + (index < nodes ? 0 : below(nodes - 1))) % nodes;
    const id = `l${index}`;
    return { id, a: `n${from}:${id}`, b: `n${to}:${id}`, capacity, metric: 1 + below(100) };
  });
  const portsAt = new Map<string, { id: string }[]>();
  for (const { id, a, b } of links) {
    for (const end of [a, b]) {
      const node = end.slice(0, end.indexOf(":"));
      portsAt.set(node, [...(portsAt.get(node) ?? [{ id: "host" }]), { id }]);
    }
  }
  return {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "memory" }],
    nodes: [...portsAt].map(([id, ports]) => ({ id, domain: "campus", ports })),
    links,
    hosts: [...portsAt.keys()].map((id) => ({
      host: `h${id.slice(1)}`,
      nic: "eth0",
      port: `${id}:host`,
      tagging: "untagged",
    })),
  };
}
