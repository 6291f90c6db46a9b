import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchGraph } from "./graphs.ts";
import type { Query } from "./network.ts";

/** What a path costs, and the microseconds that it took to find. */
export interface Timed {
  readonly cost: number;
  readonly us: number;
}

/** What other programs find, by their names; those that are not installed are left out. */
export type Answers = ReadonlyMap<string, readonly Timed[]>;

/**
 * The answers of networkx and igraph to as many of the queries as fit in `budgetMs` for each; the
 * sums of the `count` cheapest loopless paths if that is given.
 */
export function pythonAnswers(
  graph: BenchGraph,
  queries: readonly Query[],
  { budgetMs, count = 0 }: { readonly budgetMs: number; readonly count?: number },
): Answers {
  const { nodeCount: nodes, links } = graph;
  const input = JSON.stringify({ nodes, links, queries, budgetS: budgetMs / 1000, count });
  const text = output("python3", [fileURLToPath(new URL("./paths.py", import.meta.url))], input);
  const answers: Record<string, readonly (readonly [number | null, number])[]> =
    text === "" ? {} : JSON.parse(text);
  const timed = ([cost, us]: readonly [number | null, number]): Timed => ({
    cost: cost ?? Number.POSITIVE_INFINITY,
    us,
  });
  return new Map(Object.entries(answers).map(([name, all]) => [name, all.map(timed)]));
}

/** The answers of bidirectional Dijkstra in C++ with binary heaps, compiled here. */
export function cppAnswers(graph: BenchGraph, queries: readonly Query[]): Answers {
  const folder = mkdtempSync(join(tmpdir(), "dcns-p2p-"));
  try {
    const program = join(folder, "bidirectional");
    const source = fileURLToPath(new URL("./bidirectional.cpp", import.meta.url));
    const built = spawnSync("g++", ["-O2", "-std=c++17", "-o", program, source]);
    if (built.status !== 0) return new Map();
    const lines = [
      [graph.nodeCount, graph.links.length, queries.length],
      ...graph.links,
      ...queries,
    ];
    const text = output(program, [], lines.map((line) => line.join(" ")).join("\n"));
    const all = text
      .trim()
      .split("\n")
      .map((line) => {
        const [cost = -1, ns = 0] = line.split(" ").map(Number);
        return { cost: cost < 0 ? Number.POSITIVE_INFINITY : cost, us: ns / 1000 };
      });
    return new Map([["cppBidirectional", all]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program writes; nothing if it is not there or fails. */
function output(program: string, words: readonly string[], input: string): string {
  const { status, stdout } = spawnSync(program, words, { input, maxBuffer: 2 ** 28 });
  return status === 0 ? stdout.toString() : "";
}
