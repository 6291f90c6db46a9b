import { type AgentOptions, DcnsAgent, OpenFlowDriver, systemClock, Topology } from "dcns";
import { type Dial, MemoryListener, SimulatedFabric } from "dcns/testing";
import { DOMAIN, type FabricDocument } from "../../test/lab/fabric-document.ts";
import { value } from "./value.ts";

/** Simulated switches that are up, and the agent they are connected to. */
export interface RunningSimulation {
  readonly agent: DcnsAgent;
  readonly fabric: SimulatedFabric;
  close(): Promise<void>;
}

/** A message arrives at the next turn of the real clock. */
export function startInMemory(
  document: FabricDocument,
  options: Partial<AgentOptions> = {},
): Promise<RunningSimulation> {
  const listener = new MemoryListener({ clock: systemClock });
  const driver = new OpenFlowDriver({ listen: listener });
  return startSimulated(document, driver, () => listener.dial, options);
}

/** The switches of the document dial once the driver listens. */
export async function startSimulated(
  document: FabricDocument,
  driver: OpenFlowDriver,
  dial: () => Dial,
  options: Partial<AgentOptions> = {},
): Promise<RunningSimulation> {
  const topology = value(Topology.parse(document));
  const drivers = { [DOMAIN]: driver };
  const agent = value(await DcnsAgent.start({ topology, drivers, ...options }));
  const fabric = new SimulatedFabric({ topology, clock: systemClock, dial: dial() });
  await allUp(agent, topology, async () => fabric.connect());
  const close = async (): Promise<void> => {
    await agent.close();
    fabric[Symbol.dispose]();
  };
  return { agent, fabric, close };
}

/** Connects the switches and waits until the agent has seen all of them. */
export async function allUp(
  agent: DcnsAgent,
  topology: Topology,
  connect: () => Promise<void>,
): Promise<void> {
  const up = new Set<string>();
  const complete = new Promise<void>((resolve) => {
    agent.events.on("node-up", ({ node }) => {
      if (up.add(node).size === topology.nodes.size) resolve();
    });
  });
  await connect();
  await complete;
}
