import { DcnsAgent, OpenFlowDriver, Topology } from "dcns";
import { socketDial } from "dcns/testing";
import { DOMAIN } from "../../test/lab/fabric-document.ts";
import { OvsLab } from "../../test/lab/ovs-lab.ts";
import { missingForOvs } from "../../test/lab/require-ovs.ts";
import { allUp, startInMemory, startSimulated } from "../support/simulated-fabric.ts";
import { value } from "../support/value.ts";
import { gridDocument } from "./grid.ts";

/** Switches that are up, and the agent they are connected to. */
export interface RunningFabric {
  readonly agent: DcnsAgent;
  close(): Promise<void>;
}

/** A kind of fabric. */
export interface FabricKind {
  readonly name: string;
  /** What keeps it from being started here. */
  readonly missing: readonly string[];
  start(): Promise<RunningFabric>;
}

/** The same switches three times: simulated, over memory and over TCP, and real. */
export const fabricKinds: readonly FabricKind[] = [
  { name: "simulated-memory", missing: [], start: () => startInMemory(gridDocument()) },
  { name: "simulated-tcp", missing: [], start: startOverTcp },
  { name: "open-vswitch", missing: missingForOvs(), start: startOpenVSwitch },
];

const LOOPBACK = { host: "127.0.0.1", port: 0 };

/** TCP on the loopback interface, from and to this process. */
async function startOverTcp(): Promise<RunningFabric> {
  const driver = new OpenFlowDriver({ listen: LOOPBACK });
  return startSimulated(gridDocument(), driver, () => socketDial(driver.address ?? LOOPBACK));
}

/** Bridges of one Open vSwitch daemon in a network namespace, joined by patch ports. */
async function startOpenVSwitch(): Promise<RunningFabric> {
  const document = gridDocument();
  const topology = value(Topology.parse(document));
  const lab = await OvsLab.start(document, { links: "patch" });
  const driver = new OpenFlowDriver({ listen: lab.controller });
  const agent = value(await DcnsAgent.start({ topology, drivers: { [DOMAIN]: driver } }));
  await allUp(agent, topology, () => lab.connect());
  const close = async (): Promise<void> => {
    await agent.close();
    await lab.close();
  };
  return { agent, close };
}
