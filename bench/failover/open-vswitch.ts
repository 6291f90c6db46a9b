import type { AgentEvent, DcnsAgent } from "dcns";
import { type FabricDocument, fabricDocument } from "../../test/lab/fabric-document.ts";
import { type FramePort, type FrameStream, sleep } from "../../test/lab/frame-port.ts";
import type { OvsLab } from "../../test/lab/ovs-lab.ts";
import { eventually, type Scenario, startScenario } from "../../test/lab/scenario.ts";
import { value } from "../support/value.ts";

/** Two ways between two hosts, each through two switches, so that a link in the middle may fail. */
const document = fabricDocument({
  links: {
    a1: ["s1:10", "s2:10"],
    a2: ["s2:11", "s5:10"],
    a3: ["s5:11", "s3:10"],
    b1: ["s1:11", "s4:10"],
    b2: ["s4:11", "s6:10"],
    b3: ["s6:11", "s3:11"],
  },
  hosts: { "h1:eth1": "s1:1", "h2:eth1": "s3:1" },
});

const WAYS = { a: ["a1", "a2", "a3"], b: ["b1", "b2", "b3"] } as const;
const VLAN = 101;
/** Of each host one of its own: `h1:eth1` has `02:00:00:00:00:01`. */
const macOf = (host: FramePort): string => `02:00:00:00:00:0${host.name.slice(1, 2)}`;
const PATH_ENDS = ["h1:eth1", "h2:eth1"];
const BEFORE_MS = 50;
const AFTER_MS = 500;

/** A ring with a host at each switch, so that a tree joins them by three of its links. */
const ring = fabricDocument({
  links: {
    r1: ["s1:10", "s2:10"],
    r2: ["s2:11", "s3:10"],
    r3: ["s3:11", "s4:10"],
    r4: ["s4:11", "s1:11"],
  },
  hosts: { "h1:eth1": "s1:1", "h2:eth1": "s2:1", "h3:eth1": "s3:1", "h4:eth1": "s4:1" },
});

/** How many frames in a row are lost, of one a millisecond each way, when a link fails. */
export interface Gaps {
  /** Of a tree of four, between the ends of the link that fails. */
  readonly disjointTree: readonly number[];
  /** Of the same, when the link is there again. */
  readonly disjointTreeReverts: readonly number[];
  readonly disjoint: readonly number[];
  readonly restore: readonly number[];
}

/** What is measured: links are cut `rounds` times each, under either protection. */
export const gapMeasurements: readonly ((rounds: number) => Promise<Partial<Gaps>>)[] = [
  async (rounds) => ({ restore: await inLab(document, (its) => restoreGaps(its, rounds)) }),
  async (rounds) => ({ disjoint: await inLab(document, (its) => failoverGaps(its, rounds)) }),
  (rounds) => inLab(ring, (its) => treeGaps(its, rounds)),
];

/** What this does to links again and again is no flapping. */
async function inLab<T>(
  fabric: FabricDocument,
  task: (scenario: Scenario) => Promise<T>,
): Promise<T> {
  const scenario = await startScenario(fabric, { flapDamping: false });
  try {
    return await task(scenario);
  } finally {
    await scenario[Symbol.asyncDispose]();
  }
}

/** Without an agent: every link of a tree is cut, and is there again. */
async function treeGaps(
  { agent, lab }: Scenario,
  rounds: number,
): Promise<Pick<Gaps, "disjointTree" | "disjointTreeReverts">> {
  const hosts = ["h1:eth1", "h2:eth1", "h3:eth1", "h4:eth1"];
  const options = { protection: "disjoint" } as const;
  value(await agent.setupPhysicalNetwork("p", hosts, "10Mbps", VLAN, options));
  await lab.settle();
  const { links } = value(agent.getNetworkInfo("p"));
  await agent.close();
  const [disjointTree, disjointTreeReverts]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const { id } of links) {
      const ends = (ring.links ?? [])
        .filter((link) => link.id === id)
        .flatMap(({ a, b }) => [a, b].map((port) => `h${port.slice(1, 2)}:eth1`));
      disjointTree.push(...(await cut(lab, id, { ends })));
      disjointTreeReverts.push(...(await cut(lab, id, { ends, to: "up" })));
    }
  }
  return { disjointTree, disjointTreeReverts };
}

/** The agent moves the network to the other way each time; so does the next cut. */
async function restoreGaps({ agent, lab }: Scenario, rounds: number): Promise<number[]> {
  await setUp(agent, "restore");
  const gaps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const index of [0, 1, 2] as const) {
      const isA = value(agent.getNetworkInfo("p")).links.some(({ id }) => id === "a1");
      const link = isA ? WAYS.a[index] : WAYS.b[index];
      const moved = heard(agent, "network-rerouted", () => true);
      gaps.push(...(await cut(lab, link, { ends: PATH_ENDS, settled: moved })));
      const isBack = heard(agent, "link-state", (event) => event.link === link && event.up);
      await lab.setLink(link, "up");
      await isBack();
    }
  }
  return gaps;
}

/** Listens for an event from now on; what is given waits for it, if it has not come yet. */
function heard<N extends AgentEvent["type"]>(
  agent: DcnsAgent,
  name: N,
  isIt: (event: Extract<AgentEvent, { readonly type: N }>) => boolean,
): () => Promise<void> {
  let hasCome = false;
  const subscription = agent.events.on(name, (event) => {
    if (!isIt(event)) return;
    hasCome = true;
    subscription[Symbol.dispose]();
  });
  return () => eventually(() => hasCome);
}

/** Without an agent: the switches go over to the other way, and back when the link is there again. */
async function failoverGaps({ agent, lab }: Scenario, rounds: number): Promise<number[]> {
  await setUp(agent, "disjoint");
  await lab.settle();
  const info = value(agent.getNetworkInfo("p"));
  await agent.close();
  const gaps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const { id } of info.links) {
      gaps.push(...(await cut(lab, id)));
      await lab.setLink(id, "up");
      await sleep(AFTER_MS);
    }
  }
  return gaps;
}

async function setUp(agent: DcnsAgent, protection: "restore" | "disjoint"): Promise<void> {
  value(await agent.setupPhysicalNetwork("p", PATH_ENDS, "10Mbps", VLAN, { protection }));
}

/** Between whom frames go, and what becomes of the link. */
interface Cut {
  readonly ends: readonly string[];
  readonly to?: "up" | "down";
  /** Resolves when frames should go another way; as long as switches may take by default. */
  readonly settled?: () => Promise<void>;
}

/** The longest row of lost frames in either direction while a link fails, or comes back. */
async function cut(
  lab: OvsLab,
  link: string,
  { ends, to = "down", settled = () => sleep(AFTER_MS) }: Cut = { ends: PATH_ENDS },
): Promise<readonly number[]> {
  const ports = await Promise.all(ends.map((at) => lab.framePort(at)));
  const [one, two] = ports;
  if (one === undefined || two === undefined) throw new Error("two hosts were asked for");
  const there = await one.startStream({ dst: macOf(two), src: macOf(one), vlan: VLAN });
  const back = await two.startStream({ dst: macOf(one), src: macOf(two), vlan: VLAN });
  await sleep(BEFORE_MS);
  await lab.setLink(link, to);
  await settled();
  await sleep(BEFORE_MS);
  return [await longestGap(there, two), await longestGap(back, one)];
}

async function longestGap(stream: FrameStream, port: FramePort): Promise<number> {
  const sent = await stream.stop();
  const { duplicates, lost } = await stream.at(port);
  if (duplicates > 0) throw new Error(`${duplicates} frames came twice`);
  if (lost.at(-1) === sent - 1) throw new Error(`frames do not come again: ${lost.length} lost`);
  let longest = 0;
  let run = 0;
  for (const [index, number] of lost.entries()) {
    run = lost[index - 1] === number - 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}
