import type { DcnsAgent } from "dcns";
import { type Random, seededRandom } from "dcns/testing";
import { missingForOvs } from "../test/lab/require-ovs.ts";
import { type FabricKind, fabricKinds } from "./setup/fabrics.ts";
import {
  eightHosts,
  fiveSwitchesApart,
  measureLatency,
  measureThroughput,
  type Rounds,
} from "./setup/latency.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { FlowLab, type InstallExtent, rateByName } from "./support/flow-installers.ts";
import { median, type Percentiles, percentiles, rounded } from "./support/statistics.ts";

/** How fast networks come and go, each confirmed by reading the switches back. */
export const setup: Bench = {
  about: "set up and tear down networks on 20 switches, simulated and real; flow-mods per second",
  run,
};

/** How much is measured. */
interface Extent {
  /** One call at a time, and many. */
  readonly rounds: readonly Rounds[];
  /** How many networks are asked for at once, and how often. */
  readonly projects: number;
  readonly bursts: number;
  readonly flowMods: InstallExtent;
}

const full: Extent = {
  rounds: [
    { warmUp: 50, measured: 300, inFlight: 1 },
    { warmUp: 200, measured: 1_000, inFlight: 100 },
  ],
  projects: 200,
  bursts: 5,
  flowMods: { flows: 10_000, rounds: 7 },
};

const quick: Extent = {
  rounds: [
    { warmUp: 1, measured: 3, inFlight: 1 },
    { warmUp: 0, measured: 10, inFlight: 5 },
  ],
  projects: 10,
  bursts: 1,
  flowMods: { flows: 2_000, rounds: 1 },
};

async function run(options: BenchOptions): Promise<BenchReport> {
  const { progress } = options;
  const extent = options.quick ? quick : full;
  const cases: BenchCase[] = [];
  const ms: Record<string, BenchSummary> = {};
  const msInFlight: Record<string, BenchSummary> = {};
  const networksPerSecond: Record<string, number> = {};
  for (const kind of fabricKinds) {
    if (kind.missing.length > 0) {
      progress(`${kind.name} left out: it needs ${kind.missing.join(", ")}`);
      continue;
    }
    progress(`${kind.name}: networks of each kind, one by one and many at a time`);
    const found = await measureFabric(kind, extent, options.seed);
    cases.push(...found.cases);
    ms[kind.name] = found.ms;
    msInFlight[kind.name] = found.msInFlight;
    networksPerSecond[kind.name] = found.networksPerSecond;
  }
  const flowMods =
    missingForOvs().length === 0 ? await compareFlowMods(extent, options) : undefined;
  return {
    cases: [...cases, ...(flowMods?.cases ?? [])],
    summary: { ms, msInFlight, networksPerSecond, ...flowMods?.summary },
  };
}

async function measureFabric(
  { name, start }: FabricKind,
  { rounds, projects, bursts }: Extent,
  seed: number,
): Promise<{
  readonly cases: readonly BenchCase[];
  readonly ms: BenchSummary;
  readonly msInFlight: BenchSummary;
  readonly networksPerSecond: number;
}> {
  const { agent, close } = await start();
  try {
    const random = seededRandom(seed);
    const cases: BenchCase[] = [];
    const ms: Record<string, BenchSummary> = {};
    const msInFlight: Record<string, BenchSummary> = {};
    for (const each of rounds) {
      const found = await measureCalls(agent, random, each);
      const { inFlight, measured } = each;
      for (const [what, { p50, p99 }] of Object.entries(found)) {
        cases.push({
          fabric: name,
          case: what,
          inFlight,
          rounds: measured,
          p50Ms: p50,
          p99Ms: p99,
        });
      }
      if (inFlight === 1) Object.assign(ms, found);
      else msInFlight[inFlight] = found;
    }
    const made: number[] = [];
    const removed: number[] = [];
    for (let burst = 0; burst < bursts; burst += 1) {
      const perSecond = await measureThroughput(agent, random, projects);
      made.push(perSecond.setup);
      removed.push(perSecond.teardown);
    }
    cases.push(
      { fabric: name, case: "setupBurst", rounds: bursts, perSecond: median(made) },
      { fabric: name, case: "teardownBurst", rounds: bursts, perSecond: median(removed) },
    );
    return { cases, ms, msInFlight, networksPerSecond: median(made) };
  } finally {
    await close();
  }
}

/** Chains of five switches and trees of eight points, made and removed. */
async function measureCalls(
  agent: DcnsAgent,
  random: Random,
  rounds: Rounds,
): Promise<Readonly<Record<string, Percentiles>>> {
  const p2p = await measureLatency(agent, random, fiveSwitchesApart, rounds);
  const mp8 = await measureLatency(agent, random, eightHosts, rounds);
  return {
    p2pSetup: percentiles(p2p.setup),
    p2pTeardown: percentiles(p2p.teardown),
    mp8Setup: percentiles(mp8.setup),
    mp8Teardown: percentiles(mp8.teardown),
  };
}

async function compareFlowMods(
  { flowMods }: Extent,
  { progress }: BenchOptions,
): Promise<BenchReport> {
  progress(`${flowMods.flows} flows to one Open vSwitch, ${flowMods.rounds} times each way`);
  const lab = await FlowLab.start();
  try {
    const { flows, rounds } = flowMods;
    const names = ["session", "ovsOfctl", "ovsOfctlBundle"] as const;
    const { session, ...others } = rateByName(await lab.rates(names, flowMods));
    const flowModsPerSecond = session ?? Number.NaN;
    const cases = Object.entries({ flowMods: flowModsPerSecond, ...others });
    return {
      cases: cases.map(([name, perSecond]) => ({
        fabric: "open-vswitch",
        case: `${name}${flows}`,
        rounds,
        perSecond,
      })),
      summary: {
        flowModsPerSecond,
        ratios: Object.fromEntries(
          Object.entries(others).map(([name, one]) => [name, rounded(flowModsPerSecond / one)]),
        ),
      },
    };
  } finally {
    await lab.close();
  }
}
