import { createInterface } from "node:readline";
import {
  DcnsAgent,
  type DcnsError,
  type NetworkInfo,
  OpenFlowDriver,
  Topology,
} from "../../src/index.ts";
import { EtcdStore } from "../../src/store/etcd/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { DOMAIN } from "./fabric-document.ts";
import { sleep } from "./frame-port.ts";
import { value } from "./scenario.ts";

/** What the process is told, as JSON in its argument. */
export interface SharingTask {
  readonly agentId: string;
  readonly leaseMs: number;
  readonly document: unknown;
  readonly listen: { readonly host: string; readonly port: number };
  readonly endpoints: readonly string[];
  readonly seed: number;
  /** The projects, and the host ports, that it works on. */
  readonly projects: readonly string[];
  readonly hostPorts: readonly string[];
}

/** What it is asked, one JSON object a line. */
export type SharingCommand =
  | { readonly do: "setup"; readonly project: string; readonly members: readonly string[] }
  /** `verify` reads the switches, and sends probes. */
  | { readonly do: "work" | "rest" | "show" | "verify" | "clear" | "close" };

/** What it says, one JSON object a line; each command but `work` has one answer, in order. */
export type SharingReport =
  | { readonly says: "up" }
  | { readonly says: "call"; readonly outcome: string; readonly tookMs: number }
  | {
      readonly says: "answer";
      readonly to: SharingCommand["do"];
      readonly error?: DcnsError;
      readonly networks?: readonly NetworkInfo[];
      readonly nodesUp?: readonly string[];
      readonly inconsistent?: readonly string[];
    };

/** An agent that shares a topology with others, in a process of its own. */
async function main(task: SharingTask): Promise<void> {
  const { document, listen, endpoints, agentId, leaseMs } = task;
  const topology = value(Topology.parse(document));
  const store = value(await EtcdStore.open({ endpoints }));
  const drivers = { [DOMAIN]: new OpenFlowDriver({ listen }) };
  const sharing = { agentId, leaseMs };
  const agent = value(await DcnsAgent.start({ topology, drivers, store, sharing }));
  tell({ says: "up" });
  const load = new Load(agent, task);
  for await (const line of createInterface({ input: process.stdin })) {
    const command: SharingCommand = JSON.parse(line);
    if (command.do === "work") load.begin();
    else tell({ says: "answer", to: command.do, ...(await answer(command, agent, load)) });
    if (command.do === "close") break;
  }
  await store.close();
  process.exit(0);
}

async function answer(command: SharingCommand, agent: DcnsAgent, load: Load): Promise<object> {
  switch (command.do) {
    case "setup": {
      const { project, members } = command;
      const options = { protection: "none" } as const;
      const done = await agent.setupPhysicalNetwork(project, members, "1Mbps", 101, options);
      return done.isErr() ? { error: done.error } : {};
    }
    case "rest":
      await load.end();
      return {};
    case "show":
      return { networks: agent.listNetworks(), nodesUp: agent.nodesUp };
    case "verify": {
      const inconsistent: string[] = [];
      for (const { project } of agent.listNetworks()) {
        const report = await agent.verifyNetwork(project, { dataPlane: true });
        const isRight = report.isOk() && report.value.consistent;
        if (!isRight || report.value.dataPlane?.complete !== true) inconsistent.push(project);
      }
      return { inconsistent };
    }
    case "clear":
      for (const { project } of agent.listNetworks()) {
        const gone = await agent.teardownPhysicalNetwork(project);
        if (gone.isErr()) return { error: gone.error };
      }
      return {};
    case "close":
      await agent.close();
      return {};
    case "work":
      return {};
  }
}

/** Sets networks up, changes them and tears them down, one call after another. */
class Load {
  readonly #agent: DcnsAgent;
  readonly #task: SharingTask;
  readonly #random: ReturnType<typeof seededRandom>;
  #isWanted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(agent: DcnsAgent, task: SharingTask) {
    this.#agent = agent;
    this.#task = task;
    this.#random = seededRandom(task.seed);
  }

  begin(): void {
    this.#isWanted = true;
    this.#running = this.#work();
  }

  async end(): Promise<void> {
    this.#isWanted = false;
    await this.#running;
  }

  async #work(): Promise<void> {
    const { projects, hostPorts } = this.#task;
    while (this.#isWanted) {
      const project = projects[Math.floor(this.#random.next() * projects.length)] ?? "";
      const members = hostPorts.filter(() => this.#random.next() < 0.7);
      if (members.length < 2) continue;
      const since = Date.now();
      const outcome = await this.#call(project, members);
      tell({ says: "call", outcome, tookMs: Date.now() - since });
      await sleep(20);
    }
  }

  async #call(project: string, members: readonly string[]): Promise<string> {
    const known = this.#agent.getNetworkInfo(project);
    const word = (error: DcnsError): string => error.type;
    if (known.isErr()) {
      const done = await this.#agent.setupPhysicalNetwork(project, members, "1Mbps");
      return done.match(() => "ok", word);
    }
    if (this.#random.next() < 0.4) {
      const done = await this.#agent.teardownPhysicalNetwork(project);
      return done.match(() => "ok", word);
    }
    const before = known.value.endpoints.map(({ host, nic }) => `${host}:${nic}`);
    const removed = before.filter((one) => !members.includes(one));
    const done = await this.#agent.modifyPhysicalNetwork(project, members, removed);
    return done.match(() => "ok", word);
  }
}

function tell(report: SharingReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

await main(JSON.parse(process.argv[2] ?? ""));
