import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BenchSummary } from "../support/bench.ts";
import { median, rounded } from "../support/statistics.ts";
import type { SteinerInstance } from "./instances.ts";

/** How long all of it may take; what is not done by then is left out. */
const TIME_LIMIT_MS = 180_000;

interface Answer {
  readonly path: string;
  readonly method: string;
  readonly cost: number;
  readonly ms: number;
}

/**
 * The 2-approximations of networkx on some of the instances, those of few nodes: by method, on how
 * many, and their gaps and times. Empty where Python or networkx is not installed.
 */
export function compareNetworkx(instances: readonly SteinerInstance[]): BenchSummary {
  const optima = new Map(instances.map(({ file, optimum }) => [file, optimum]));
  const { stdout } = spawnSync("python3", [SCRIPT], {
    input: [...optima.keys()].join("\n"),
    timeout: TIME_LIMIT_MS,
    maxBuffer: 2 ** 26,
  });
  const answers = (stdout?.toString() ?? "")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line): Answer => JSON.parse(line));
  const methods = [...new Set(answers.map(({ method }) => method))];
  return Object.fromEntries(
    methods.map((method) => {
      const its = answers.filter((answer) => answer.method === method);
      const gaps = its.map(({ path, cost }) => above(cost, optima.get(path)));
      return [
        `networkx${method.charAt(0).toUpperCase()}${method.slice(1)}`,
        {
          instances: its.length,
          meanGapPct: rounded(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length),
          worstGapPct: rounded(Math.max(...gaps)),
          medianMs: median(its.map(({ ms }) => ms)),
        },
      ];
    }),
  );
}

/** Per cent. */
function above(cost: number, optimum = cost): number {
  return cost === optimum ? 0 : 100 * (cost / optimum - 1);
}

const SCRIPT = fileURLToPath(new URL("./approximations.py", import.meta.url));
