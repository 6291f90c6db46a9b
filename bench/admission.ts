import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { seededRandom } from "dcns/testing";
import { type GreedyOptions, greedyAdmitter } from "./admission/greedy.ts";
import { planningAdmitter } from "./admission/planner.ts";
import { generatedFabric, generatedWorkload } from "./admission/random-workload.ts";
import { type Acceptance, type Admitter, acceptance } from "./admission/simulation.ts";
import { type TagRanges, tagWorkload } from "./admission/tag-scarcity.ts";
import { type Fabric, readFabrics, readWorkloads, type Workload } from "./admission/workload.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { rounded } from "./support/statistics.ts";

/** How many networks fit a fabric to which they come one after another. */
export const admission: Bench = {
  about: "networks that come and go: per cent admitted, against min-hop; where VLANs are scarce",
  run,
};

const full = { arrivals: Number.POSITIVE_INFINITY, tagArrivals: 6_000 };
const quick = { arrivals: 60, tagArrivals: 60 };

async function run({ data, seed, progress, ...options }: BenchOptions): Promise<BenchReport> {
  const { arrivals, tagArrivals } = options.quick ? quick : full;
  const sources = sourcesOf(data, seed);
  const cases: BenchCase[] = [];
  const ratios: LoadRatio[] = [];
  for (const workload of sources.flatMap(({ workloads }) => workloads)) {
    const { row, ratio } = compared({
      ...workload,
      arrivals: workload.arrivals.slice(0, arrivals),
    });
    cases.push(row);
    ratios.push(ratio);
    progress(JSON.stringify(row));
  }
  for (const { fabric } of sources) {
    for (const ranges of ["equal", "staggered"] as const) {
      const row = tagCase(fabric, ranges, tagArrivals, seed);
      cases.push(row);
      progress(JSON.stringify(row));
    }
  }
  return { cases, summary: { blockingRatio: meanRatios(ratios) } };
}

interface Source {
  readonly fabric: Fabric;
  readonly workloads: readonly Workload[];
}

/** What the folder has; without one, what is beside the repository, else a fabric by chance. */
function sourcesOf(data: string | undefined, seed: number): readonly Source[] {
  const { DCNS_SHARED = resolve(import.meta.dirname, "../../shared") } = process.env;
  const root = data ?? join(DCNS_SHARED, "data/pce");
  const folder = existsSync(join(root, "admission")) ? join(root, "admission") : root;
  if (data === undefined && !existsSync(folder)) {
    const random = seededRandom(seed);
    const fabric = generatedFabric(random);
    return [{ fabric, workloads: [generatedWorkload(fabric, random)] }];
  }
  return readFabrics(folder).map((fabric) => ({
    fabric,
    workloads: readWorkloads(folder, fabric),
  }));
}

/** What DCNS refuses by what min-hop refuses, at a load; not a number where neither refuses anything. */
interface LoadRatio {
  readonly load: string;
  readonly ratio: number;
}

function compared(workload: Workload): { readonly row: BenchCase; readonly ratio: LoadRatio } {
  const { name, fabric } = workload;
  const by = (admitter: Admitter): Acceptance => acceptance(workload, admitter);
  const minHop = by(greedyAdmitter(fabric, { ties: "lowest-node" }));
  const widest = by(greedyAdmitter(fabric, { ties: "widest" }));
  const dcns = by(planningAdmitter(workload));
  return {
    row: {
      case: name,
      minHopFirstFit: rounded(minHop.requests),
      widestShortest: rounded(widest.requests),
      dcns: rounded(dcns.requests),
      minHopFirstFitBandwidth: rounded(minHop.bandwidth),
      widestShortestBandwidth: rounded(widest.bandwidth),
      dcnsBandwidth: rounded(dcns.bandwidth),
    },
    ratio: {
      load: /load\d+/.exec(name)?.[0] ?? name,
      ratio: (100 - dcns.requests) / (100 - minHop.requests),
    },
  };
}

function tagCase(fabric: Fabric, ranges: TagRanges, count: number, seed: number): BenchCase {
  const workload = tagWorkload(fabric, ranges, count, seededRandom(seed));
  const { tags } = workload;
  const greedy: GreedyOptions = { ties: "lowest-node", tags };
  const by = (admitter: Admitter): number => rounded(acceptance(workload, admitter).requests);
  return {
    case: workload.name,
    pathFirst: by(greedyAdmitter(fabric, greedy)),
    tenRetries: by(greedyAdmitter(fabric, { ...greedy, retries: 10 })),
    joint: by(planningAdmitter(workload, { tags })),
  };
}

/** The mean over fabrics, by load. */
function meanRatios(all: readonly LoadRatio[]): BenchSummary {
  const loads = [...new Set(all.map(({ load }) => load))];
  return Object.fromEntries(
    loads.flatMap((load) => {
      const own = all.filter((one) => one.load === load && !Number.isNaN(one.ratio));
      if (own.length === 0) return [];
      return [[load, rounded(own.reduce((sum, { ratio }) => sum + ratio, 0) / own.length)]];
    }),
  );
}
