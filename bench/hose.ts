import { type Bandwidth, Topology } from "dcns";
import {
  allLinksUp,
  type PlanRequest,
  planNetwork,
  planWithProof,
  topologyResources,
} from "dcns/pce";
import { type Random, seededRandom } from "dcns/testing";
import { Ledger } from "../src/ledger.ts";
import { bandwidth } from "../src/model/bandwidth.ts";
import { always } from "../src/model/interval.ts";
import { VlanSet } from "../src/model/vlan-set.ts";
import { givenGraphs } from "./hose/given.ts";
import { hoseValue, leastHoseValue, starTree } from "./hose/trees.ts";
import { type BenchGraph, randomGraph } from "./p2p/graphs.ts";
import { CAPACITY, documentOf } from "./p2p/network.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport } from "./support/bench.ts";
import { dataFolder } from "./support/data.ts";
import { median, rounded } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** What hose trees reserve, against all trees on small graphs, and against other kinds on large ones. */
export const hose: Bench = {
  about: "trees for hose traffic: above brute force or the bound, and below star and Steiner trees",
  run,
};

const ENDPOINTS = 8;
const SMALL_ENDPOINTS = 4;
/** What an endpoint asks for: everything fits, or not what half of them send to the others. */
const RATES = { ample: bandwidth(1e9), scarce: bandwidth(3e9) };
const SMALL_RATES = { ample: bandwidth(1e9), scarce: bandwidth(6e9) };

async function run({ data, seed, quick, progress }: BenchOptions): Promise<BenchReport> {
  const random = seededRandom(seed);
  const cases: BenchCase[] = [];
  for (let round = 0; round < (quick ? 2 : 20); round++) {
    const graph = smallGraph(`small-${round}`, random);
    cases.push(...casesOf(graph, draw(random, graph.nodeCount, SMALL_ENDPOINTS), SMALL_RATES));
  }
  const sizes = quick ? [100] : [100, 1_000];
  const folder = data ?? dataFolder(data, "topo");
  const large = [
    ...sizes.map((size) => randomGraph(`random-${size}`, size, random)),
    ...(folder === undefined ? [] : givenGraphs(folder, ENDPOINTS)),
  ];
  for (const graph of quick ? large.slice(0, 2) : large) {
    progress(`${graph.name}: ${graph.nodeCount} nodes`);
    for (let round = 0; round < (quick ? 2 : 5); round++) {
      cases.push(...casesOf(graph, draw(random, graph.nodeCount, ENDPOINTS), RATES));
    }
  }
  return { cases, summary: summaryOf(cases) };
}

function casesOf(
  graph: BenchGraph,
  nodes: readonly number[],
  rates: Readonly<Record<string, Bandwidth>>,
): readonly BenchCase[] {
  const topology = value(Topology.parse(documentOf(graph, true)));
  const ledger = Ledger.over(topologyResources(topology));
  return Object.entries(rates).flatMap(([kind, rate]): readonly BenchCase[] => {
    const request = requestOf(topology, nodes, rate);
    const start = performance.now();
    const planned = planWithProof(topology, ledger, allLinksUp, request);
    const ms = rounded(performance.now() - start);
    const name = { case: graph.name, kind };
    const isSmall = graph.links.length <= SMALL_LINKS;
    const room = Math.floor(CAPACITY / rate);
    const least = isSmall ? leastHoseValue(graph, nodes, room) : undefined;
    if (planned.isErr()) {
      const missed = least === undefined ? {} : { missed: least < Number.POSITIVE_INFINITY };
      return [{ ...name, planned: false, ...missed, ms }];
    }
    const { quality } = planned.value;
    const own = quality.value / rate;
    const above = (more: number, less: number): number =>
      more === less ? 0 : rounded((more / less - 1) * 100);
    const gap =
      least === undefined
        ? { gapPct: above(own, quality.lowerBound / rate) }
        : { bruteForcePct: above(own, least) };
    const [star, steiner] = [starTree(graph, nodes), steinerTree(topology, ledger, request)].map(
      (tree) => hoseValue(graph, tree, nodes, room),
    );
    return [
      { ...name, planned: true, ...gap, ...other("star", star), ...other("steiner", steiner), ms },
    ];

    /** What another tree reserves more, if it fits. */
    function other(kind: string, reserved = Number.POSITIVE_INFINITY): BenchCase {
      const fits = reserved < Number.POSITIVE_INFINITY;
      return { [`${kind}Fits`]: fits, ...(fits ? { [`${kind}Pct`]: above(reserved, own) } : {}) };
    }
  });
}

/** A minimum Steiner tree, as places of links. */
function steinerTree(topology: Topology, ledger: Ledger, request: PlanRequest): readonly number[] {
  const shared = { ...request, sharing: "shared", bandwidth: bandwidth(1) } as const;
  const { links } = value(planNetwork(topology, ledger, allLinksUp, shared));
  return links.map(({ link }) => Number(link.slice(1)));
}

function requestOf(topology: Topology, nodes: readonly number[], rate: Bandwidth): PlanRequest {
  const endpoints = nodes.flatMap((node) => {
    const touchPoint = topology.touchPoints.get(`h${node}:0`);
    if (touchPoint === undefined) return [];
    return [{ touchPoint, tagging: touchPoint.tagging, bandwidth: rate }];
  });
  return {
    holder: "bench",
    endpoints,
    bandwidth: rate,
    sharing: "hose",
    delivery: "static",
    vlans: VlanSet.default,
    interval: always,
    cost: "metric",
  };
}

function summaryOf(cases: readonly BenchCase[]): BenchReport["summary"] {
  const numbers = (field: string): readonly number[] =>
    cases.flatMap((one) => (typeof one[field] === "number" ? [one[field]] : []));
  const part = (field: string): { readonly p50: number; readonly max: number } => ({
    p50: median(numbers(field)),
    max: Math.max(...numbers(field)),
  });
  const count = (field: string): number => cases.filter((one) => one[field] === true).length;
  return {
    bruteForcePct: part("bruteForcePct"),
    gapPct: part("gapPct"),
    starPct: part("starPct"),
    steinerPct: part("steinerPct"),
    ms: part("ms"),
    planned: count("planned"),
    missed: count("missed"),
    starFits: count("starFits"),
    steinerFits: count("steinerFits"),
    total: cases.length,
  };
}

/** How many links a graph may have for all sets of them to be gone through. */
const SMALL_LINKS = 10;

/** Seven nodes on a ring, and three chords. */
function smallGraph(name: string, random: Random): BenchGraph {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const links = Array.from({ length: SMALL_LINKS }, (_, at) => {
    const step = at < SMALL_NODES ? 1 : 2 + at - SMALL_NODES;
    const from = at < SMALL_NODES ? at : below(SMALL_NODES);
    return [from, (from + step) % SMALL_NODES, 1 + below(9)] as const;
  });
  return { name, freeTags: 1, nodeCount: SMALL_NODES, links };
}

const SMALL_NODES = 7;

/** Distinct nodes. */
function draw(random: Random, nodes: number, count: number): readonly number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(Math.floor(random.next() * nodes));
  return [...drawn];
}
