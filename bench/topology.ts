import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Topology, type TopologyDocument } from "dcns";
import { type Random, seededRandom } from "dcns/testing";
import type { Bench, BenchOptions, BenchReport } from "./support/bench.ts";
import { percentiles, rounded, timeMs } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** Reads a large topology document. */
export const topology: Bench = {
  about: "parse a topology of 10,000 nodes and 50,000 links: milliseconds and megabytes",
  run,
};

const full = { nodes: 10_000, links: 50_000, rounds: 10 };
const quick = { nodes: 200, links: 1_000, rounds: 2 };

async function run({ seed, progress, ...options }: BenchOptions): Promise<BenchReport> {
  const { nodes, links, rounds } = options.quick ? quick : full;
  const text = JSON.stringify(randomDocument(seededRandom(seed), nodes, links));
  const document: unknown = JSON.parse(text);
  progress(`${nodes} nodes, ${links} links, ${(text.length / 1e6).toFixed(1)} MB of JSON`);
  const before = usedBytes();
  const first = parse(document);
  const mb = rounded((usedBytes() - before) / 1e6);
  if (first.links.size !== links) throw new Error(`read ${first.links.size} links`);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    times.push(await timeMs(async () => parse(document)));
  }
  const { p50, p99 } = percentiles(times);
  return {
    cases: [{ nodes, links, rounds, p50Ms: p50, p99Ms: p99, mb }],
    summary: { ms: { p50, p99 }, mb, documentMb: rounded(text.length / 1e6) },
  };
}

function parse(document: unknown): Topology {
  return value(Topology.parse(document));
}

/** A ring, so that it is connected, and links by chance; a host at every node. */
function randomDocument(random: Random, nodeCount: number, linkCount: number): TopologyDocument {
  const ports: string[][] = Array.from({ length: nodeCount }, () => ["host"]);
  const newPort = (node: number): string => {
    const its = ports[node] ?? [];
    const id = `p${its.length}`;
    its.push(id);
    return `n${node}:${id}`;
  };
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const links = Array.from({ length: linkCount }, (_, index) => {
    const isOfRing = index < nodeCount;
    const from = isOfRing ? index : below(nodeCount);
    const to = (from + 1 + (isOfRing ? 0 : below(nodeCount - 1))) % nodeCount;
    const metric = 1 + below(10);
    return { id: `l${index}`, a: newPort(from), b: newPort(to), capacity: "10Gbps", metric };
  });
  return {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ports.map((its, index) => ({
      id: `n${index}`,
      domain: "campus",
      datapathId: (index + 1).toString(16).padStart(16, "0"),
      ports: its.map((id, number) => ({ id, ofPort: number + 1 })),
    })),
    links,
    hosts: ports.map((_, index) => ({ host: `h${index}`, nic: "eth1", port: `n${index}:host` })),
  };
}

/** Bytes on the heap that somebody still refers to. */
function usedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const collectGarbage = garbageCollector();

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  return () => (typeof collect === "function" ? collect() : undefined);
}
