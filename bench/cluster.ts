import { type DcnsAgent, MemoryStore, type Store } from "dcns";
import { EtcdStore } from "dcns/etcd";
import { seededRandom } from "dcns/testing";
import { EtcdCluster, isEtcdInstalled } from "../test/lab/etcd-cluster.ts";
import { startAgents } from "./cluster/agents.ts";
import { hostPortAt, hostPorts } from "./setup/grid.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { percentiles, rounded, timeMs } from "./support/statistics.ts";
import { value } from "./support/value.ts";

/** What agents that share a store and 20 switches do together, and how often they meet. */
export const cluster: Bench = {
  about:
    "networks set up and torn down by 1, 2 and 3 agents that share a store; how often they meet",
  run,
};

/** How much is measured: networks for each agent, and how many calls it has under way. */
const full = { networks: 48, inFlight: 4 };
const quick = { networks: 2, inFlight: 2 };

/** Where the networks are: anywhere, or all over the same links. */
const loads = ["spread", "same-links"] as const;
const sizes = ["alone", 1, 2, 3] as const;

async function run({ quick: isQuick, seed, progress }: BenchOptions): Promise<BenchReport> {
  const extent = isQuick ? quick : full;
  const cases: BenchCase[] = [];
  const summary: Record<string, BenchSummary> = {};
  if (!isEtcdInstalled) progress("etcd left out: it is not installed");
  for (const kind of isEtcdInstalled ? (["memory", "etcd"] as const) : (["memory"] as const)) {
    const ofKind: Record<string, BenchSummary> = {};
    for (const load of loads) {
      const ofLoad: Record<string, BenchSummary> = {};
      for (const size of sizes) {
        progress(`${kind}, ${load}: ${size}`);
        const found = await measure(kind, load, { size, seed, ...extent });
        ofLoad[size] = found;
        cases.push({ store: kind, load, agents: size, ...found });
      }
      ofKind[load] = ofLoad;
    }
    summary[kind] = ofKind;
  }
  return { cases, summary };
}

interface Setting {
  readonly size: (typeof sizes)[number];
  readonly seed: number;
  readonly networks: number;
  readonly inFlight: number;
}

async function measure(
  kind: "memory" | "etcd",
  load: (typeof loads)[number],
  { size, seed, networks, inFlight }: Setting,
) {
  await using etcd = kind === "etcd" ? await EtcdCluster.start({ members: 3 }) : undefined;
  const memory = new MemoryStore();
  const openStore = async (): Promise<Store> =>
    etcd === undefined ? memory : value(await EtcdStore.open({ endpoints: etcd.endpoints }));
  const group = await startAgents(openStore, size);
  const before = group.count();
  const times: number[] = [];
  const ends = pairs(load, seed);
  const work = async (agent: DcnsAgent, name: string): Promise<void> => {
    for (let n = 0; n < networks / inFlight; n += 1) {
      const pair = ends();
      times.push(
        await timeMs(async () => {
          value(await agent.setupPhysicalNetwork(`${name}-${n}`, pair, "1Mbps"));
        }),
      );
      value(await agent.teardownPhysicalNetwork(`${name}-${n}`));
    }
  };
  const cpuBefore = process.cpuUsage();
  const tookMs = await timeMs(() =>
    Promise.all(
      group.agents.flatMap((agent, a) =>
        Array.from({ length: inFlight }, (_, w) => work(agent, `p${a}-${w}`)),
      ),
    ),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  const { commits, conflicts } = group.count();
  await group.close();
  const calls = 2 * times.length;
  const { p50, p99 } = percentiles(times);
  return {
    callsPerSecond: rounded((1_000 * calls) / tookMs),
    setupP50: p50,
    setupP99: p99,
    cpuMsPerCall: rounded((user + system) / 1_000 / calls),
    commitsPerCall: rounded((commits - before.commits) / calls),
    conflictRate: rounded((conflicts - before.conflicts) / Math.max(1, commits - before.commits)),
  };
}

/** Gives two hosts to be joined, again and again. */
function pairs(load: (typeof loads)[number], seed: number): () => readonly string[] {
  if (load === "same-links") return () => [hostPortAt(0, 0), hostPortAt(0, 2)];
  const random = seededRandom(seed);
  const hosts = hostPorts();
  const pick = (): number => Math.floor(random.next() * hosts.length);
  return () => {
    const first = pick();
    const second = (first + 1 + Math.floor(random.next() * (hosts.length - 1))) % hosts.length;
    return [hosts[first] ?? "", hosts[second] ?? ""];
  };
}
