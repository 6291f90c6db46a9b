import type { OfVersion } from "../../src/drivers/openflow/index.ts";
import { DcnsAgent, FileStore, OpenFlowDriver, Topology } from "../../src/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { DOMAIN } from "./fabric-document.ts";
import { value } from "./scenario.ts";

/** What the process is told, as JSON in its argument. */
export interface AgentTask {
  readonly document: unknown;
  readonly listen: { readonly host: string; readonly port: number };
  readonly journal: string;
  /** The only one that it speaks. */
  readonly version: OfVersion;
  readonly seed: number;
  readonly hostPorts: readonly string[];
}

/** What it says, one JSON object a line: what it is about to do, and what has been acknowledged. */
export type AgentReport =
  | { readonly says: "up" }
  | {
      readonly says: "begins" | "done";
      readonly project: string;
      readonly members: readonly string[];
    };

/**
 * An agent that sets networks up, changes them and tears them down until it is killed. An operation is
 * told by the members that the network is to have: none, when it is to be gone.
 */
async function main(task: AgentTask): Promise<void> {
  const { document, listen, journal, version, seed, hostPorts } = task;
  const topology = value(Topology.parse(document));
  const store = value(await FileStore.open(journal));
  const session = { versions: [version] };
  const drivers = { [DOMAIN]: new OpenFlowDriver({ listen, session }) };
  const agent = value(await DcnsAgent.start({ topology, drivers, store }));
  while (agent.nodesUp.length < topology.nodes.size) await new Promise((r) => setTimeout(r, 10));
  tell({ says: "up" });
  const random = seededRandom(seed);
  const work = async (project: string): Promise<void> => {
    for (;;) {
      const before = agent
        .getNetworkInfo(project)
        .map(({ endpoints }) => endpoints.map(({ host, nic }) => `${host}:${nic}`));
      const members = hostPorts.filter(() => random.next() < 0.6);
      const wanted = before.isOk() && random.next() < 0.3 ? [] : members;
      if (wanted.length === 1 || (before.isErr() && wanted.length === 0)) continue;
      tell({ says: "begins", project, members: wanted });
      if (before.isErr()) value(await agent.setupPhysicalNetwork(project, wanted, "1Mbps"));
      else if (wanted.length === 0) value(await agent.teardownPhysicalNetwork(project));
      else {
        const removed = before.value.filter((one) => !wanted.includes(one));
        value(await agent.modifyPhysicalNetwork(project, wanted, removed));
      }
      tell({ says: "done", project, members: wanted });
    }
  };
  await Promise.all(["p", "q", "r"].map(work));
}

function tell(report: AgentReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

await main(JSON.parse(process.argv[2] ?? ""));
