import type { Result } from "neverthrow";
import {
  DcnsAgent,
  type DcnsError,
  describeError,
  MemoryStore,
  OpenFlowDriver,
  type Store,
  Topology,
} from "../../src/index.ts";
import { DOMAIN, type FabricDocument } from "./fabric-document.ts";
import { sleep } from "./frame-port.ts";
import { OvsLab } from "./ovs-lab.ts";
import type { LabOptions } from "./start-script.ts";

/** Flows, groups and meters per bridge, as {@link OvsLab.dump} says them. */
export type Holdings = Readonly<Record<string, readonly string[]>>;

/** A lab with an agent that drives its switches, and with things on them that are somebody else's. */
export interface Scenario extends AsyncDisposable {
  readonly lab: OvsLab;
  readonly agent: DcnsAgent;
  /** What the bridges held before the agent came. */
  readonly foreign: Holdings;
}

/** Builds the lab, plants what is foreign, starts an agent, and waits for all switches. */
export async function startScenario(
  document: FabricDocument,
  setting: ScenarioSetting = {},
): Promise<Scenario> {
  const lab = await OvsLab.start(document, setting.lab);
  try {
    await plantForeign(lab);
    const foreign = await holdings(lab);
    const agent = await startAgent(lab, document, setting);
    const close = async (): Promise<void> => {
      await agent.close();
      await lab.close();
    };
    return { lab, agent, foreign, [Symbol.asyncDispose]: close };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

/** What may be said of a scenario. */
export interface ScenarioSetting extends AgentSetting {
  /** How the lab is built. */
  readonly lab?: LabOptions;
}

/** What may be said of an agent in a lab. */
export interface AgentSetting {
  /** Where its networks are remembered; default a memory of its own. */
  readonly store?: Store;
  /** What drives the switches; default a driver with all its defaults. */
  readonly driver?: (listen: OvsLab["controller"]) => OpenFlowDriver;
  /** Whether links that fail often are held down; they are by default. */
  readonly flapDamping?: false;
  /** How the switches are pointed at the agent; by default they dial it directly. */
  readonly connect?: (lab: OvsLab) => Promise<void>;
}

/** Starts an agent where the lab's switches look for one, and waits until they are all in service. */
export async function startAgent(
  lab: OvsLab,
  document: FabricDocument,
  setting: AgentSetting = {},
): Promise<DcnsAgent> {
  const { store = new MemoryStore(), connect = (lab) => lab.connect(), flapDamping = {} } = setting;
  const { driver = (listen) => new OpenFlowDriver({ listen }) } = setting;
  const topology = value(Topology.parse(document));
  const drivers = { [DOMAIN]: driver(lab.controller) };
  const agent = value(await DcnsAgent.start({ topology, drivers, store, flapDamping }));
  const up = new Set<string>();
  agent.events.on("node-up", ({ node }) => up.add(node));
  agent.events.on("node-down", ({ node }) => up.delete(node));
  await connect(lab);
  await eventually(() => lab.bridges.every((bridge) => up.has(bridge)));
  return agent;
}

/** The value of a result that has to be one. */
export function value<T>(result: Result<T, DcnsError>): T {
  if (result.isErr()) throw new Error(describeError(result.error));
  return result.value;
}

/** Waits until something holds; fails after some seconds. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  for (const start = Date.now(); Date.now() - start < withinMs; await sleep(20)) {
    if (await holds()) return;
  }
  throw new Error(`not so within ${withinMs} ms: ${holds.toString()}`);
}

/** Everything that the bridges hold. */
export async function holdings(lab: OvsLab): Promise<Holdings> {
  const held = lab.bridges.map(async (bridge) => {
    const [flows, groups, meters] = await Promise.all([
      lab.dump(bridge, "flows"),
      lab.dump(bridge, "groups"),
      lab.dump(bridge, "meters"),
    ]);
    return [bridge, [...flows, ...groups, ...meters]] as const;
  });
  return Object.fromEntries(await Promise.all(held));
}

/** What the bridges hold beyond what they held before the agent came. */
export async function heldByUs({ lab, foreign }: Scenario): Promise<readonly string[]> {
  const held = await holdings(lab);
  return lab.bridges.flatMap((bridge) => {
    return (held[bridge] ?? []).filter((entry) => !foreign[bridge]?.includes(entry));
  });
}

/** What was there before the agent came and is no more. */
export async function lostForeign({ lab, foreign }: Scenario): Promise<readonly string[]> {
  const held = await holdings(lab);
  return lab.bridges.flatMap((bridge) => {
    return (foreign[bridge] ?? []).filter((entry) => !held[bridge]?.includes(entry));
  });
}

/**
 * Somebody else's on every bridge: a rule of its own for frames that no test sends, through a meter
 * and a group, one in another table, and a table-miss entry that drops.
 */
async function plantForeign(lab: OvsLab): Promise<void> {
  const plant = lab.bridges.map(async (bridge) => {
    await lab.ofctl(["add-meter", bridge, "meter=7,kbps,band=type=drop,rate=1000"]);
    await lab.ofctl(["add-group", bridge, "group_id=7,type=all,bucket=output:1,bucket=output:2"]);
    await lab.ofctl([
      "add-flow",
      bridge,
      "cookie=0xfeed,priority=40000,dl_type=0x88cc,actions=meter:7,group:7",
    ]);
    await lab.ofctl(["add-flow", bridge, "cookie=0xbeef,table=9,priority=1,actions=normal"]);
    await lab.ofctl(["add-flow", bridge, "priority=0,actions=drop"]);
  });
  await Promise.all(plant);
}
