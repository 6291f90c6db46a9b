import { type Random, seededRandom } from "dcns/testing";
import { type Finder, libraries } from "./p2p/alternatives.ts";
import {
  type BenchGraph,
  fatTree,
  geometricGraph,
  randomGraph,
  readGraphMl,
} from "./p2p/graphs.ts";
import { compareKShortest } from "./p2p/k-shortest.ts";
import { type BenchNetwork, type Constraint, networkOf, type Query } from "./p2p/network.ts";
import { cppAnswers, pythonAnswers, type Timed } from "./p2p/processes.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { dataFolder, filesBelow } from "./support/data.ts";
import { percentiles, rounded } from "./support/statistics.ts";

/** Cheapest paths between two nodes, beside what a user could take instead. */
export const p2p: Bench = {
  about: "cheapest paths on generated graphs and on a GraphML: microseconds, and beside others",
  run,
};

const CONSTRAINTS: readonly Constraint[] = ["none", "bandwidth", "bandwidth+label"];

/** How many queries each graph gets, how often, and how long each program may take for them. */
const full = { queries: 500, rounds: 3, budgetMs: 3_000 };
const quick = { queries: 20, rounds: 2, budgetMs: 100 };
/** How many times as long the constraints may take: slow queries are to be in the percentiles. */
const OWN_SHARE = 5;
/** How much of that time there is to warm up. */
const WARM_UP_SHARE = 0.1;
/** Graphs with more nodes than this get fewer queries. */
const LARGE = 50_000;

async function run({ seed, data, progress, ...options }: BenchOptions): Promise<BenchReport> {
  const limits = options.quick ? quick : full;
  const random = seededRandom(seed);
  const cases: BenchCase[] = [];
  const us: Record<string, BenchSummary> = {};
  const ratios: Record<string, BenchSummary> = {};
  for (const make of graphs(random, data, options.quick)) {
    const graph = make();
    progress(`${graph.name}: ${graph.nodeCount} nodes, ${graph.links.length} links`);
    const network = networkOf(graph, random);
    const share = graph.nodeCount > LARGE ? 5 : 1;
    const queries = queriesOf(graph, random, limits.queries / share);
    const own = new Map(
      CONSTRAINTS.map((constraint) => [constraint, timed(network, constraint, queries, limits)]),
    );
    for (const [constraint, times] of own) {
      const { p50, p99 } = percentiles(times.map((time) => time.us));
      const mean = meanOf(times);
      const { name, nodeCount } = graph;
      const queried = times.length;
      cases.push({
        graph: name,
        nodeCount,
        constraint,
        queried,
        meanUs: mean,
        p50Us: p50,
        p99Us: p99,
      });
    }
    progress(JSON.stringify(cases.slice(-own.size)));
    us[graph.name] = Object.fromEntries([...own].map(([name, times]) => [name, meanOf(times)]));
    ratios[graph.name] = compared(graph, queries, own.get("none") ?? [], limits.budgetMs);
    progress(JSON.stringify({ us: us[graph.name], ratios: ratios[graph.name] }));
  }
  progress("k-shortest");
  const kShortest = compareKShortest(random, options.quick ? 2 : 100, limits.budgetMs);
  return { cases, summary: { us, ratios, kShortest } };
}

/** Makers, so that one graph at a time is in memory. */
function graphs(
  random: Random,
  data: string | undefined,
  isQuick: boolean,
): readonly (() => BenchGraph)[] {
  const size = (nodes: number): number => (isQuick ? nodes / 10 : nodes);
  const given = largestGraphMl(data);
  return [
    () => randomGraph("random-1k", size(1_000), random),
    () => randomGraph("random-10k", size(10_000), random),
    () => geometricGraph("geometric-10k", size(10_000), random),
    () => fatTree("fat-tree-48", isQuick ? 8 : 48),
    ...(given === undefined ? [] : [() => given]),
    () => randomGraph("random-100k", size(100_000), random),
    () => geometricGraph("geometric-100k", size(100_000), random),
  ];
}

/** The given GraphML: the file itself, or that of the most nodes in the data; with two nodes at least. */
function largestGraphMl(data: string | undefined): BenchGraph | undefined {
  const folder = dataFolder(data, "topo/zoo") ?? data;
  const graphs = filesBelow(folder, ".graphml").map(readGraphMl);
  const [first, ...others] = graphs.filter(({ nodeCount }) => nodeCount > 1);
  return others.reduce(
    (most, graph) => (most !== undefined && most.nodeCount >= graph.nodeCount ? most : graph),
    first,
  );
}

function queriesOf({ nodeCount }: BenchGraph, random: Random, count: number): readonly Query[] {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  return Array.from({ length: count }, () => {
    const from = below(nodeCount);
    return [from, (from + 1 + below(nodeCount - 1)) % nodeCount] as const;
  });
}

/**
 * The fastest of some rounds, for each query by itself: what else the machine does is no matter. The
 * first query readies the graph, and as many as there is time for the engine, which optimises what it has
 * seen for a while. If the first round takes too long, those that were not asked are left out, and if a
 * later one does, it is the last.
 */
function timed(
  network: BenchNetwork,
  constraint: Constraint,
  queries: readonly Query[],
  { rounds, budgetMs }: { readonly rounds: number; readonly budgetMs: number },
): readonly Timed[] {
  const best: Timed[] = [];
  for (const query of queries.slice(0, 1)) network.find(constraint, query);
  const warm = performance.now() + WARM_UP_SHARE * budgetMs;
  while (performance.now() < warm) {
    for (const query of queries) {
      if (performance.now() < warm) network.find(constraint, query);
    }
  }
  const end = performance.now() + OWN_SHARE * budgetMs;
  for (let round = 0; round <= rounds; round++) {
    for (const [at, query] of queries.entries()) {
      if (performance.now() > end) return best;
      const start = performance.now();
      const route = network.find(constraint, query);
      const us = (performance.now() - start) * 1000;
      const cost = route?.cost ?? Number.POSITIVE_INFINITY;
      best[at] = { cost, us: Math.min(us, best[at]?.us ?? us) };
    }
  }
  return best;
}

/** How many times faster `own` is than each alternative, on the queries that both have answered. */
function compared(
  graph: BenchGraph,
  queries: readonly Query[],
  own: readonly Timed[],
  budgetMs: number,
): BenchSummary {
  const others = new Map<string, readonly Timed[]>();
  for (const [name, make] of libraries) others.set(name, answersOf(make(graph), queries, budgetMs));
  for (const [name, times] of pythonAnswers(graph, queries, { budgetMs })) others.set(name, times);
  for (const [name, times] of cppAnswers(graph, queries)) others.set(name, times);
  const ratios = [...others].map(([name, all]) => {
    const times = all.slice(0, own.length);
    const wrong = times.findIndex(({ cost }, at) => cost !== own[at]?.cost);
    if (wrong !== -1) throw new Error(`${name} finds another distance for ${queries[wrong]}`);
    return [name, rounded(meanOf(times) / meanOf(own.slice(0, times.length)))];
  });
  return Object.fromEntries(ratios);
}

/** As many answers as there is time for, twice: the first round warms up. */
function answersOf(find: Finder, queries: readonly Query[], budgetMs: number): readonly Timed[] {
  const answers: Timed[] = [];
  const end = performance.now() + budgetMs;
  for (const query of queries) {
    if (performance.now() > end) break;
    const times = [0, 0].map(() => {
      const start = performance.now();
      const cost = find(query);
      return { cost, us: (performance.now() - start) * 1000 };
    });
    answers.push(times.reduce((x, y) => (x.us < y.us ? x : y)));
  }
  return answers;
}

function meanOf(times: readonly Timed[]): number {
  return rounded(times.reduce((sum, { us }) => sum + us, 0) / times.length);
}
