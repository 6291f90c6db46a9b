import { probe } from "dcns/testing";
import { type FabricDocument, fabricDocument } from "../test/lab/fabric-document.ts";
import { missingForOvs } from "../test/lab/require-ovs.ts";
import { gapMeasurements } from "./failover/open-vswitch.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { type RunningSimulation, startInMemory } from "./support/simulated-fabric.ts";
import { type Percentiles, percentiles } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** For how long a failed link interrupts the networks that were on it. */
export const failover: Bench = {
  about:
    "the gap in the frames of 1, 100 and 1,000 networks when their link fails, by re-routing, and by fast failover",
  run,
};

/** So many networks lose their link, so many times. */
interface Extent {
  readonly networks: number;
  readonly rounds: number;
}

const full: readonly Extent[] = [
  { networks: 1, rounds: 100 },
  { networks: 100, rounds: 10 },
  { networks: 1_000, rounds: 12 },
];

const quick: readonly Extent[] = [
  { networks: 1, rounds: 2 },
  { networks: 10, rounds: 2 },
];

/** The networks that are watched by frames, spread evenly: to watch all would take the time itself. */
const WATCHED = 10;
const WATCH_EVERY_MS = 1;
const FIRST_VLAN = 101;
/** All are set up at once. */
const SETUP_TIMEOUT_MS = 120_000;

/** Two hosts, and two ways between their switches. */
const document: FabricDocument = fabricDocument({
  links: { short: ["s1:1", "s2:1"], long1: ["s1:2", "s3:1"], long2: ["s3:2", "s2:2"] },
  hosts: { "h1:eth1": "s1:3", "h2:eth1": "s2:3" },
  capacity: "100Gbps",
});

async function run({ quick: isQuick, progress }: BenchOptions): Promise<BenchReport> {
  const cases: BenchCase[] = [];
  let failures = 0;
  /** What fails is a case that says why; the others are measured all the same. */
  const attempt = async (what: BenchCase, task: () => Promise<void>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      progress(String(error));
      failures += 1;
      cases.push({ ...what, failure: String(error) });
    }
  };
  const gapMs: Record<string, BenchSummary> = {};
  const allMs: Record<string, BenchSummary> = {};
  for (const extent of isQuick ? quick : full) {
    const { networks, rounds } = extent;
    progress(`${networks} networks lose their link, ${rounds} times`);
    const what = { fabric: "simulated-memory", protection: "restore", networks, rounds };
    await attempt(what, async () => {
      const found = await measure(extent);
      const gap = withMaximum(found.gapsMs);
      const all = withMaximum(found.allMs);
      const allCpu = withMaximum(found.allCpuMs);
      gapMs[networks] = gap;
      allMs[networks] = { ...all, cpuP50: allCpu.p50 };
      const flat = { gapP50Ms: gap.p50, gapMaxMs: gap.max, allP50Ms: all.p50, allMaxMs: all.max };
      cases.push({ ...what, ...flat, allCpuP50Ms: allCpu.p50 });
    });
  }
  const onOvs: Record<string, BenchSummary> = {};
  const missing = missingForOvs();
  if (missing.length > 0) progress(`open-vswitch left out: it needs ${missing.join(", ")}`);
  for (const measurement of missing.length > 0 ? [] : gapMeasurements) {
    progress("one network on Open vSwitch loses its link");
    await attempt({ fabric: "open-vswitch", networks: 1 }, async () => {
      const gaps = await measurement(isQuick ? 1 : ROUNDS_ON_OVS);
      for (const [protection, lost] of Object.entries(gaps)) {
        const gap = withMaximum(lost);
        onOvs[protection] = gap;
        const what = { fabric: "open-vswitch", protection, networks: 1, rounds: lost.length };
        cases.push({ ...what, gapP50Ms: gap.p50, gapMaxMs: gap.max });
      }
    });
  }
  const openVSwitch = missing.length > 0 ? {} : { openVSwitch: { gapMs: onOvs } };
  return { cases, summary: { failures, restore: { gapMs, allMs }, ...openVSwitch } };
}

/** Of each link of a path of three. */
const ROUNDS_ON_OVS = 8;

interface Outage {
  /** Until frames of the watched networks arrived again. */
  readonly gapsMs: readonly number[];
  /** Until the last network was told to be re-routed: read back on every switch. */
  readonly allMs: readonly number[];
  /** The same in CPU time of the process, switches and watching included. */
  readonly allCpuMs: readonly number[];
}

async function measure({ networks, rounds }: Extent): Promise<Outage> {
  // What this does to links again and again is no flapping.
  const simulation = await startInMemory(document, { flapDamping: false });
  try {
    const vlans = Array.from({ length: networks }, (_, index) => FIRST_VLAN + index);
    await Promise.all(vlans.map((vlan) => setUp(simulation, vlan)));
    const gapsMs: number[] = [];
    const allMs: number[] = [];
    const allCpuMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // Networks stay where they are when their link is back, so each round cuts the other way.
      const link = round % 2 === 0 ? "short" : "long1";
      const outage = await cut(simulation, link, vlans);
      gapsMs.push(...outage.gapsMs);
      allMs.push(...outage.allMs);
      allCpuMs.push(...outage.allCpuMs);
      await mend(simulation, link);
    }
    return { gapsMs, allMs, allCpuMs };
  } finally {
    await simulation.close();
  }
}

async function setUp({ agent }: RunningSimulation, vlan: number): Promise<void> {
  const ends = ["h1:eth1", "h2:eth1"];
  const restored = { protection: "restore", timeoutMs: SETUP_TIMEOUT_MS } as const;
  value(await agent.setupPhysicalNetwork(`p${vlan}`, ends, "10Mbps", vlan, restored));
}

/** Cuts a link that all networks are on, and sends frames until they flow again. */
async function cut(
  simulation: RunningSimulation,
  link: string,
  vlans: readonly number[],
): Promise<Outage> {
  const { agent, fabric } = simulation;
  const step = Math.max(1, Math.floor(vlans.length / WATCHED));
  let silent = vlans.filter((_, index) => index % step === 0);
  const gapsMs: number[] = [];
  let rerouted = 0;
  let startMs = 0;
  const allRerouted = new Promise<number>((resolve) => {
    const subscription = agent.events.on("network-rerouted", () => {
      rerouted += 1;
      if (rerouted < vlans.length) return;
      subscription[Symbol.dispose]();
      resolve(performance.now() - startMs);
    });
  });
  const watch = setInterval(() => {
    silent = silent.filter((vlan) => {
      const isHeard = hears(simulation, vlan);
      if (isHeard) gapsMs.push(performance.now() - startMs);
      return !isHeard;
    });
  }, WATCH_EVERY_MS);
  startMs = performance.now();
  const startCpu = process.cpuUsage();
  fabric.setLink(link, false);
  if (hears(simulation, vlans[0] ?? 0)) throw new Error(`nothing was on ${link}`);
  const allMs = await allRerouted;
  const { user, system } = process.cpuUsage(startCpu);
  await new Promise((resolve) => setTimeout(resolve, 2 * WATCH_EVERY_MS));
  clearInterval(watch);
  const deaf = vlans.filter((vlan) => !hears(simulation, vlan));
  if (deaf.length > 0 || silent.length > 0) throw new Error(`${deaf.length} networks stay silent`);
  return { gapsMs, allMs: [allMs], allCpuMs: [(user + system) / 1000] };
}

/** Whether one frame from one host is heard, once, by the other. */
function hears({ fabric }: RunningSimulation, vlan: number): boolean {
  const arrivals = probe(fabric, { hostPort: "h1:eth1", vlan });
  for (const host of fabric.hosts.values()) host.clear();
  return arrivals.length === 1 && arrivals[0]?.hostPort === "h2:eth1";
}

async function mend({ agent, fabric }: RunningSimulation, link: string): Promise<void> {
  const isUp = new Promise<void>((resolve) => {
    const subscription = agent.events.on("link-state", ({ up }) => {
      if (!up) return;
      subscription[Symbol.dispose]();
      resolve();
    });
  });
  fabric.setLink(link, true);
  await isUp;
}

function withMaximum(values: readonly number[]): Percentiles & { readonly max: number } {
  return { ...percentiles(values), max: Math.round(Math.max(...values) * 1000) / 1000 };
}
