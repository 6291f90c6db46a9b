import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { type BenchGraph, readGraphMl } from "../p2p/graphs.ts";
import { filesBelow } from "../support/data.ts";

/** The connected graphs of at least so many nodes in a folder and those inside it, by their paths, or that of a file. */
export function givenGraphs(folder: string, leastNodes: number): readonly BenchGraph[] {
  return filesBelow(folder, "")
    .flatMap((file) => readGraph(file) ?? [])
    .filter((graph) => graph.nodeCount >= leastNodes && isConnected(graph));
}

/** The graph of a GraphML file, an edge list or a network of SNDlib; nothing of other files. */
function readGraph(file: string): BenchGraph | undefined {
  switch (extname(file)) {
    case ".graphml":
      return readGraphMl(file);
    case ".el":
      return readEdgeList(file);
    case ".txt":
      return readSndlib(file);
    default:
      return undefined;
  }
}

/** A line with the numbers of nodes and edges, then one `u v metric` for each edge; nodes from 0. */
function readEdgeList(file: string): BenchGraph {
  const [head = "", ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const links = lines.map((line) => {
    const [a = 0, b = 0, metric = 1] = line.trim().split(/\s+/).map(Number);
    return [a, b, metric] as const;
  });
  return graph(basename(file, ".el"), Number(head.split(" ")[0]), links);
}

/** The native format of SNDlib (Orlowski et al., 2010); all metrics are 1. */
function readSndlib(file: string): BenchGraph | undefined {
  const text = readFileSync(file, "utf8");
  if (!text.startsWith("?SNDlib")) return undefined;
  const section = (name: string): string =>
    new RegExp(String.raw`^${name} \($(.*?)^\)`, "ms").exec(text)?.[1] ?? "";
  const ids = [...section("NODES").matchAll(/^\s*(\S+) \(/gm)].map(([, id = ""]) => id);
  const numbers = new Map(ids.map((id, at) => [id, at]));
  const ends = section("LINKS").matchAll(/^\s*\S+ \( (\S+) (\S+) \)/gm);
  const links = [...ends].map(([, a = "", b = ""]) => {
    return [numbers.get(a) ?? 0, numbers.get(b) ?? 0, 1] as const;
  });
  return graph(basename(file, ".txt"), ids.length, links);
}

function graph(name: string, nodeCount: number, links: BenchGraph["links"]): BenchGraph {
  return { name, freeTags: 1, nodeCount, links: links.filter(([a, b]) => a !== b) };
}

function isConnected({ nodeCount, links }: BenchGraph): boolean {
  const found = new Set([0]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [a, b] of links) if (found.has(a) || found.has(b)) found.add(a).add(b);
  }
  return found.size === nodeCount;
}
