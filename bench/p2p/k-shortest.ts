import { Topology } from "dcns";
import { allLinksUp, kCheapestPaths, type PlanEndpoint, topologyResources } from "dcns/pce";
import type { Random } from "dcns/testing";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { always } from "../../src/model/interval.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import type { BenchSummary } from "../support/bench.ts";
import { rounded } from "../support/statistics.ts";
import { value } from "../support/value.ts";
import { randomGraph } from "./graphs.ts";
import { documentOf, type Query } from "./network.ts";
import { pythonAnswers } from "./processes.ts";

const COUNT = 8;
const NODES = 1_000;
/** The fastest of these rounds counts for each query: what else the machine does is no matter. */
const ROUNDS = 4;
/** How much of the time for networkx there is to warm up. */
const WARM_UP_SHARE = 0.2;

/** The eight cheapest loopless paths on a graph by chance, as plans, beside networkx. */
export function compareKShortest(random: Random, count: number, budgetMs: number): BenchSummary {
  const graph = randomGraph("random-1k", NODES, random);
  const topology = value(Topology.parse(documentOf(graph, true)));
  const ledger = Ledger.over(topologyResources(topology));
  const rate = bandwidth(1);
  const endpoint = (node: number): PlanEndpoint => {
    const touchPoint = topology.touchPoints.get(`h${node}:0`);
    if (touchPoint === undefined) throw new Error(`node ${node} has no host`);
    return { touchPoint, tagging: "untagged", bandwidth: rate };
  };
  const find = ([from, to]: Query): number => {
    const plans = kCheapestPaths(topology, ledger, allLinksUp, {
      holder: "bench",
      endpoints: [endpoint(from), endpoint(to)],
      bandwidth: rate,
      sharing: "hose",
      delivery: "static",
      vlans: VlanSet.default,
      interval: always,
      cost: "metric",
      count: COUNT,
    });
    return value(plans).reduce((sum, plan) => sum + plan.cost, 0);
  };
  const node = (): number => Math.floor(random.next() * (NODES - 1));
  const queries = Array.from({ length: count }, (): Query => {
    const from = node();
    return [from, (from + 1 + node()) % NODES];
  }).filter(([from, to]) => from !== to);
  const warm = performance.now() + WARM_UP_SHARE * budgetMs;
  for (let at = 0; performance.now() < warm; at++) find(queries[at % queries.length] ?? [0, 1]);
  const times = queries.map(() => ({ cost: 0, us: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, query] of queries.entries()) {
      const start = performance.now();
      const cost = find(query);
      const us = (performance.now() - start) * 1000;
      times[at] = { cost, us: Math.min(us, times[at]?.us ?? us) };
    }
  }
  const us = times.reduce((sum, time) => sum + time.us, 0) / times.length;
  const answers = pythonAnswers(graph, queries, { budgetMs, count: COUNT });
  const ratios = [...answers].map(([name, others]) => {
    const wrong = others.findIndex(({ cost }, at) => cost !== times[at]?.cost);
    if (wrong !== -1) throw new Error(`${name} finds other paths for ${queries[wrong]}`);
    const sum = (all: readonly { us: number }[]): number => all.reduce((x, y) => x + y.us, 0);
    return [name, rounded(sum(others) / sum(times.slice(0, others.length)))];
  });
  return { k: COUNT, us: rounded(us), ratios: Object.fromEntries(ratios) };
}
