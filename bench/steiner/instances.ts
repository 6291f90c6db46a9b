import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SteinerProblem } from "../../src/pce/steiner/steiner-graph.ts";
import { dataFolder, filesOf } from "../support/data.ts";

/** A problem with a known optimum. */
export interface SteinerInstance {
  readonly name: string;
  readonly set: string;
  /** The file in SteinLib's format, if it is from one. */
  readonly file?: string;
  readonly problem: SteinerProblem;
  /** The cost of the best tree known. */
  readonly optimum: number;
  /** No tree costs less; below the optimum where that is not proved. */
  readonly lowerBound: number;
}

/**
 * The instances in SteinLib's format under `steiner/`, or in the folder given, each in the folder of its
 * set; the optima are beside that folder or in it, and what has none there is left out.
 */
export function* steinLib(data: string | undefined): Generator<SteinerInstance> {
  const folder = dataFolder(data, "steiner") ?? data;
  if (folder === undefined) return;
  const table = [dirname(folder), folder].map((where) => join(where, "steiner_optima.csv"));
  const optima = readOptima(table.find((file) => existsSync(file)));
  for (const { name: set } of foldersIn(folder)) {
    for (const file of filesOf(join(folder, set), ".stp")) {
      const name = basename(file, ".stp");
      const known = optima.get(`${set}/${name}`);
      if (known === undefined) continue;
      yield { name, set, file, problem: readStp(readFileSync(file, "utf8")), ...known };
    }
  }
}

/** The terminal sets of `scale/`, each on its graph. */
export function* scaleSets(data: string | undefined): Generator<SteinerInstance> {
  const folder = dataFolder(data, "scale");
  for (const file of filesOf(folder, ".steiner.csv")) {
    const graph = basename(file, ".steiner.csv");
    const edges = join(dirname(file), `${graph}.el`);
    if (!existsSync(edges)) continue;
    const whole = readEdgeList(readFileSync(edges, "utf8"));
    for (const [index, row] of rowsOf(file).entries()) {
      const [k = "", nodes = "", cost = ""] = row;
      const optimum = Number(cost);
      const problem = { ...whole, terminals: nodes.split(";").map(Number) };
      const name = `${graph}-k${k}-${index}`;
      yield { name, set: graph, problem, optimum, lowerBound: optimum };
    }
  }
}

type Known = Pick<SteinerInstance, "optimum" | "lowerBound">;

/** The optima of a table in which an instance may have several rows. */
function readOptima(file: string | undefined): ReadonlyMap<string, Known> {
  const optima = new Map<string, Known>();
  if (file === undefined) return optima;
  for (const [set, name, , , , optimum, lowerBound] of rowsOf(file)) {
    const known = optima.get(`${set}/${name}`);
    optima.set(`${set}/${name}`, {
      optimum: Math.min(Number(optimum), known?.optimum ?? Number.POSITIVE_INFINITY),
      lowerBound: Math.max(Number(lowerBound), known?.lowerBound ?? 0),
    });
  }
  return optima;
}

function foldersIn(folder: string): readonly { readonly name: string }[] {
  const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return all.sort((x, y) => (x.name < y.name ? -1 : 1));
}

/** The rows of a table of comma-separated values without quotes, but the first. */
function rowsOf(file: string): readonly (readonly string[])[] {
  const [, ...rows] = readFileSync(file, "utf8").trim().split(/\r?\n/);
  return rows.map((row) => row.split(","));
}

function readStp(text: string): SteinerProblem {
  const edges: number[][] = [];
  const terminals: number[] = [];
  let nodeCount = 0;
  for (const line of text.split("\n")) {
    const [word, ...values] = line.trim().split(/\s+/);
    const numbers = values.map(Number);
    if (word === "E") edges.push(numbers);
    else if (word === "T") terminals.push((numbers[0] ?? 0) - 1);
    else if (word === "Nodes") nodeCount = numbers[0] ?? 0;
  }
  return { nodeCount, ...columnsOf(edges, 1), terminals };
}

function readEdgeList(text: string): Omit<SteinerProblem, "terminals"> {
  const [first = "", ...lines] = text.trim().split("\n");
  const edges = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return { nodeCount: Number(first.trim().split(/\s+/)[0]), ...columnsOf(edges, 0) };
}

function columnsOf(
  edges: readonly (readonly number[])[],
  base: number,
): Pick<SteinerProblem, "a" | "b" | "costs"> {
  return {
    a: Int32Array.from(edges, ([a = 0]) => a - base),
    b: Int32Array.from(edges, ([, b = 0]) => b - base),
    costs: Float64Array.from(edges, ([, , cost = 0]) => cost),
  };
}
