import type { DcnsAgent } from "dcns";
import { dialects } from "../test/support/simulated-wan.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport, BenchSummary } from "./support/bench.ts";
import { percentiles, timeMs } from "./support/statistics.ts";
import { value } from "./support/value.ts";
import { bothSides, startCampuses } from "./wan/campuses.ts";
import { messageRates } from "./wan/messages.ts";

/** How long networks across a wide-area domain take, and messages, in each dialect. */
export const wan: Bench = {
  about: "networks across a wide-area domain that takes its time; messages written and read",
  run,
};

/** How much is measured. */
interface Extent {
  /** Networks for each number in flight, or as many as that if it is more. */
  readonly networks: number;
  readonly inFlight: readonly number[];
  /** How long each step takes the provider. */
  readonly delayMs: number;
  readonly sliceMs: number;
}

const full: Extent = { networks: 50, inFlight: [1, 10, 100], delayMs: 50, sliceMs: 1_000 };
const quick: Extent = { networks: 2, inFlight: [1, 2], delayMs: 1, sliceMs: 10 };

async function run({ quick: isQuick, progress }: BenchOptions): Promise<BenchReport> {
  const { networks, inFlight, delayMs, sliceMs } = isQuick ? quick : full;
  const cases: BenchCase[] = [];
  const ms: Record<string, Record<string, BenchSummary>> = {};
  for (const dialect of dialects) {
    const its: Record<string, BenchSummary> = {};
    ms[dialect] = its;
    for (const count of inFlight) {
      progress(`${dialect}, ${count} in flight`);
      const agent = await startCampuses(dialect, delayMs);
      const { setup, teardown } = await measure(agent, Math.max(networks, count), count);
      await agent.close();
      const [up, down] = [percentiles(setup), percentiles(teardown)];
      its[count] = { setup: up, teardown: down };
      const times = {
        setupP50: up.p50,
        setupP99: up.p99,
        teardownP50: down.p50,
        teardownP99: down.p99,
      };
      cases.push({ dialect, inFlight: count, delayMs, ...times });
    }
  }
  return { cases, summary: { ms, messagesPerSecond: messageRates(sliceMs) } };
}

interface Times {
  readonly setup: number[];
  readonly teardown: number[];
}

/** Makes networks, and then removes them, with a number of calls under way at any time. */
async function measure(agent: DcnsAgent, networks: number, inFlight: number): Promise<Times> {
  const times: Times = { setup: [], teardown: [] };
  const projects = Array.from({ length: networks }, (_, at) => `p${at}`);
  await inTurns(projects, inFlight, async (project) => {
    const call = () => agent.setupPhysicalNetwork(project, bothSides, "1Mbps");
    times.setup.push(await timeMs(async () => value(await call())));
  });
  await inTurns(projects, inFlight, async (project) => {
    const call = () => agent.teardownPhysicalNetwork(project);
    times.teardown.push(await timeMs(async () => value(await call())));
  });
  return times;
}

async function inTurns<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
