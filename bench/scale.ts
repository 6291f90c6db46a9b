import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Topology } from "dcns";
import {
  allLinksUp,
  cheapestRoute,
  claimOf,
  type PlanEndpoint,
  type PlanRequest,
  planNetwork,
  topologyResources,
} from "dcns/pce";
import { type Random, seededRandom } from "dcns/testing";
import { linkChannel } from "../src/ledger/channel.ts";
import { Ledger } from "../src/ledger.ts";
import { bandwidth } from "../src/model/bandwidth.ts";
import { linkId, nodeId } from "../src/model/ids.ts";
import { always } from "../src/model/interval.ts";
import { VlanSet } from "../src/model/vlan-set.ts";
import { graphOf } from "../src/pce/graph/graph.ts";
import { type BenchGraph, randomGraph } from "./p2p/graphs.ts";
import { documentOf } from "./p2p/network.ts";
import type { Bench, BenchOptions, BenchReport } from "./support/bench.ts";
import { percentiles, rounded } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** What the compiled form of a big network costs, and how long it takes to use it a lot. */
export const scale: Bench = {
  about: "compile 100,000 nodes and 300,000 links, follow a ledger, plan 1,000 networks",
  run,
};

const full = { nodes: 100_000, changes: 200, fabricNodes: 1_000, networks: 1_000 };
const quick = { nodes: 1_000, changes: 10, fabricNodes: 100, networks: 20 };

async function run({ seed, progress, ...options }: BenchOptions): Promise<BenchReport> {
  const sizes = options.quick ? quick : full;
  const random = seededRandom(seed);
  progress(`compiling ${sizes.nodes} nodes`);
  const compile = compiled(random, sizes.nodes, sizes.changes);
  progress(`planning ${sizes.networks} networks`);
  const plan = planned(random, sizes.fabricNodes, sizes.networks);
  return { cases: [{ ...compile }, { ...plan }], summary: { compile, plan } };
}

/** Compiles a network, and has one search after each of many changes of the ledger. */
function compiled(random: Random, nodeCount: number, changes: number): Record<string, number> {
  const graph = randomGraph("scale", nodeCount, random);
  const topology = bareTopology(graph);
  const before = usedBytes();
  const start = performance.now();
  graphOf(topology);
  const compileMs = performance.now() - start;
  const mb = (usedBytes() - before) / 1e6;
  const empty = Ledger.over(topologyResources(topology));
  const find = (ledger: Ledger, from: number, to: number): number => {
    const begin = performance.now();
    const [onward, back] = [1, 1];
    const ends = { from: nodeId(`n${from}`), to: nodeId(`n${to}`) };
    cheapestRoute(topology, ledger, allLinksUp, { ...ends, onward, back, interval: always });
    return (performance.now() - begin) * 1000;
  };
  const firstUs = find(empty, 0, 1);
  const viewMb = (usedBytes() - before) / 1e6 - mb;
  const follow: number[] = [];
  let ledger = empty;
  for (let change = 0; change < changes; change++) {
    const channel = linkChannel(
      linkId(`l${Math.floor(random.next() * graph.links.length)}`),
      "forward",
    );
    const amounts = [{ channel, amount: bandwidth(1000) }];
    ledger = value(
      ledger.reserve({ holder: `h${change}`, interval: always, bandwidth: amounts, labels: [] }),
    );
    // Both ends are one node: nothing but following the ledger takes time.
    follow.push(find(ledger, 0, 0));
  }
  const { p50, p99 } = percentiles(follow);
  return {
    nodes: nodeCount,
    links: graph.links.length,
    compileMs: rounded(compileMs),
    compiledMb: rounded(mb),
    viewMb: rounded(viewMb),
    firstSearchUs: rounded(firstUs),
    changeUsP50: p50,
    changeUsP99: p99,
  };
}

/** By itself, so that the document is gone before memory is measured. */
function bareTopology(graph: BenchGraph): Topology {
  return value(Topology.parse(documentOf(graph)));
}

/** Plans networks of two to six endpoints one after another, each on what those before have left. */
function planned(random: Random, nodeCount: number, networks: number): Record<string, number> {
  const graph = randomGraph("fabric", nodeCount, random);
  const topology = value(Topology.parse(documentOf(graph, true)));
  let ledger = Ledger.over(topologyResources(topology));
  const times: number[] = [];
  let accepted = 0;
  for (let network = 0; network < networks; network++) {
    const request = requestOf(topology, random, `n${network}`);
    const start = performance.now();
    const plan = planNetwork(topology, ledger, allLinksUp, request);
    times.push(performance.now() - start);
    if (plan.isErr()) continue;
    accepted++;
    ledger = value(ledger.reserve(claimOf(plan.value, request.holder, always)));
  }
  const { p50, p99 } = percentiles(times);
  const totalMs = rounded(times.reduce((sum, ms) => sum + ms, 0));
  return { nodes: nodeCount, links: graph.links.length, networks, accepted, totalMs, p50, p99 };
}

function requestOf(topology: Topology, random: Random, holder: string): PlanRequest {
  const points = [...topology.touchPoints.values()];
  const count = random.next() < 0.5 ? 2 : 3 + Math.floor(random.next() * 4);
  const rate = bandwidth(50e6);
  const chosen = new Map<string, PlanEndpoint>();
  while (chosen.size < count) {
    const touchPoint = points[Math.floor(random.next() * points.length)];
    if (touchPoint === undefined) continue;
    chosen.set(touchPoint.hostPort, { touchPoint, tagging: "tagged", bandwidth: rate });
  }
  return {
    holder,
    endpoints: [...chosen.values()],
    bandwidth: rate,
    sharing: "shared",
    delivery: "flood",
    vlans: VlanSet.default,
    interval: always,
  };
}

/** Bytes that somebody still refers to, on the heap and in typed arrays. */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  // What only a weak map referred to is gone after the next round alone.
  for (let round = 0; round < 3; round++) if (typeof collect === "function") collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
