import type { DcnsAgent } from "dcns";
import type { Random } from "dcns/testing";
import { timeMs } from "../support/statistics.ts";
import { value } from "../support/value.ts";
import { COLUMNS, hostPortAt, hostPorts, ROWS } from "./grid.ts";

/** The endpoints of the next network to make. */
export type EndpointSource = (random: Random, round: number) => readonly string[];

/** Two hosts at the ends of a row: the one shortest path has five switches. */
export const fiveSwitchesApart: EndpointSource = (_, round) => {
  const row = round % ROWS;
  return [hostPortAt(row, 0), hostPortAt(row, COLUMNS - 1)];
};

/** Eight hosts by chance. */
export const eightHosts: EndpointSource = (random) => someHosts(random, 8);

/** Two hosts by chance. */
export const twoHosts: EndpointSource = (random) => someHosts(random, 2);

/** How long each call took, in milliseconds. */
export interface Latencies {
  readonly setup: readonly number[];
  readonly teardown: readonly number[];
}

/** How many networks are made and removed, and how many calls are under way at any time. */
export interface Rounds {
  readonly warmUp: number;
  readonly measured: number;
  readonly inFlight: number;
}

/** As many projects as are in flight make and remove one network after another. */
export async function measureLatency(
  agent: DcnsAgent,
  random: Random,
  endpoints: EndpointSource,
  { warmUp, measured, inFlight }: Rounds,
): Promise<Latencies> {
  const setup: number[] = [];
  const teardown: number[] = [];
  let next = 0;
  const work = async (project: string): Promise<void> => {
    while (next < warmUp + measured) {
      const round = next;
      next += 1;
      const hosts = endpoints(random, round);
      const made = await timeMs(() => setUp(agent, project, hosts));
      const removed = await timeMs(() => tearDown(agent, project));
      if (round < warmUp) continue;
      setup.push(made);
      teardown.push(removed);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, index) => work(`latency-${index}`)));
  return { setup, teardown };
}

/** Networks per second when all are asked for at once. */
export interface Throughput {
  readonly setup: number;
  readonly teardown: number;
}

/** Many projects ask for a network at the same time, and then all to be rid of it. */
export async function measureThroughput(
  agent: DcnsAgent,
  random: Random,
  projects: number,
): Promise<Throughput> {
  const requests = Array.from({ length: projects }, (_, index) => ({
    project: `many-${index}`,
    hosts: twoHosts(random, index),
  }));
  const setupMs = await timeMs(() =>
    Promise.all(requests.map(({ project, hosts }) => setUp(agent, project, hosts))),
  );
  const teardownMs = await timeMs(() =>
    Promise.all(requests.map(({ project }) => tearDown(agent, project))),
  );
  return { setup: (projects / setupMs) * 1000, teardown: (projects / teardownMs) * 1000 };
}

/** The agent's answer comes after the switches were read back. */
async function setUp(agent: DcnsAgent, project: string, hosts: readonly string[]): Promise<void> {
  const { state } = value(await agent.setupPhysicalNetwork(project, hosts, "1Mbps"));
  if (state !== "active") throw new Error(`${project} is ${state}`);
}

async function tearDown(agent: DcnsAgent, project: string): Promise<void> {
  value(await agent.teardownPhysicalNetwork(project));
}

function someHosts(random: Random, count: number): readonly string[] {
  const left = [...hostPorts()];
  return Array.from({ length: count }, () => {
    const [taken = ""] = left.splice(Math.floor(random.next() * left.length), 1);
    return taken;
  });
}
