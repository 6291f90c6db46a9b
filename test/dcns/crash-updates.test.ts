import { describe, expect, test } from "vitest";
import { linkId, nodeId } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Topology } from "../../src/topology.ts";
import { campus } from "../support/campus.ts";
import { expectNoOverCommitment } from "../support/no-over-commitment.ts";
import { Testbed, value } from "../support/testbed.ts";

/** A change of the topology that moves networks, and that an agent may die in. */
interface Update {
  readonly name: string;
  /** What the agent knows at first, and then, before the change. */
  readonly known: readonly [Topology, ...Topology[]];
  readonly next: Topology;
  /** Who is to have been moved to where, by project; the others stay. */
  readonly moved: Readonly<Record<string, readonly string[]>>;
  readonly networks: readonly {
    readonly project: string;
    readonly members: readonly string[];
    readonly rate: string;
  }[];
}

const whole = campus();
const without = (link: string, topology = whole): Topology =>
  value(topology.withoutLink(linkId(link)));

const updates: readonly Update[] = [
  {
    name: "takes a link away",
    known: [whole],
    next: without("s2-s3"),
    moved: { p: ["s1-s2", "s1-s4", "s4-s3"] },
    networks: [
      { project: "p", members: ["s1a:eth1", "s2a:eth1", "s3b:eth1"], rate: "200Mbps" },
      { project: "q", members: ["s1b:eth1", "s2a:eth1"], rate: "1Gbps" },
    ],
  },
  {
    name: "takes a link away that not everybody has another way for",
    known: [whole],
    next: without("s2-s3"),
    moved: { p: ["s1-s2", "s1-s4", "s4-s3"] },
    networks: [
      { project: "p", members: ["s2a:eth1", "s3b:eth1"], rate: "700Mbps" },
      { project: "q", members: ["s2b:eth1", "s3a:eth1"], rate: "600Mbps" },
    ],
  },
  {
    name: "takes a node away",
    known: [whole],
    next: value(whole.withoutNode(nodeId("s2"))),
    moved: { p: ["s1-s4", "s4-s3"] },
    networks: [
      { project: "p", members: ["s1a:eth1", "s3b:eth1"], rate: "600Mbps" },
      { project: "q", members: ["s1b:eth1", "s4a:eth1"], rate: "1Gbps" },
    ],
  },
  {
    name: "gives a link back",
    known: [without("s4-s3"), without("s2-s3", without("s4-s3"))],
    next: without("s2-s3"),
    moved: { p: ["s1-s4", "s4-s3"] },
    networks: [
      { project: "p", members: ["s1a:eth1", "s3b:eth1"], rate: "600Mbps" },
      { project: "q", members: ["s1b:eth1", "s2a:eth1"], rate: "1Gbps" },
    ],
  },
];

/** The fabric has all links all the time; what changes is what agents are told of it. */
async function prepared({ known, networks }: Update): Promise<Testbed> {
  const [first, ...others] = known;
  const bed = await Testbed.start({ agent: { topology: first } });
  for (const [n, { project, members, rate }] of networks.entries()) {
    await bed.setUp(project, members, rate, 101 + n);
  }
  for (const topology of others) value(await bed.run(bed.agent.updateTopology(topology)));
  return bed;
}

/**
 * Changes the topology and lets the agent die at the `nth` point: every message that arrives, every
 * timer, and every commit, before it is made and after. Gives whether it came to that.
 */
async function dieAtPoint(bed: Testbed, { next }: Update, nth: number): Promise<boolean> {
  let points = 0;
  let isDead = false;
  const pass = (): void => {
    points += 1;
    if (points !== nth) return;
    isDead = true;
    bed.crash();
  };
  bed.store.onCommit = pass;
  bed.store.onCommitted = pass;
  const update = Promise.resolve(bed.agent.updateTopology(next));
  await bed
    .run(update, () => {
      if (!isDead) pass();
      if (isDead) throw new Died();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    });
  return isDead;
}

class Died extends Error {}

/** Where networks are: links with their labels, by project. */
function waysOf(bed: Testbed): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(bed.agent.listNetworks().map((info) => [info.project, wayOf(info)]));
}

function wayOf({ links }: NetworkInfo): readonly string[] {
  return links.map(({ id, vlan }) => `${id} ${vlan}`);
}

function linksIn(way: readonly string[] = []): readonly string[] {
  return way.map((hop) => hop.split(" ")[0] ?? "");
}

/** Another agent starts with `topology`, and has what time a recovery may take. */
async function takeOver(bed: Testbed, topology: Topology): Promise<void> {
  bed.agentOptions = { ...bed.agentOptions, topology };
  await bed.startAgent();
  await bed.until(() => bed.agent.nodesUp.length === topology.nodes.size);
  await bed.clock.advance(RECOVERY_MS);
}

const RECOVERY_MS = 10_000;

/**
 * Networks are whole, switches hold what is recorded, and there is room for all of it. A network that
 * the agent found in the store, on links that no topology had that it was told of, is nowhere and
 * says so.
 */
async function expectInOrder(bed: Testbed, ...told: readonly Topology[]): Promise<void> {
  const networks = bed.agent.listNetworks();
  for (const info of networks) {
    const isKnown = told.some(({ links }) => info.links.every(({ id }) => links.has(linkId(id))));
    if (isKnown) bed.expectWhole(info);
    else {
      bed.expectGone(info);
      expect(info.state).toBe("degraded");
    }
    expect(value(await bed.run(bed.agent.verifyNetwork(info.project))).consistent).toBe(true);
  }
  expectNoOverCommitment(whole, networks);
  bed.expectForeignUntouched();
}

/** An agent that finds everything right sends no switch anything. */
async function expectQuiet(bed: Testbed, topology: Topology): Promise<void> {
  const ways = waysOf(bed);
  bed.crash();
  using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
  await takeOver(bed, topology);
  expect(mods.count).toBe(0);
  expect(waysOf(bed)).toEqual(ways);
}

/** What switches hold that an agent knows goes with the networks. */
async function expectNothingStays(bed: Testbed, { next, networks }: Update): Promise<void> {
  for (const { project } of networks) await bed.tearDown(project);
  expect(bed.agent.listNetworks()).toEqual([]);
  for (const node of Object.keys(bed.held())) expect(next.nodes.has(nodeId(node))).toBe(false);
  bed.expectForeignUntouched();
}

describe.each(updates)("an agent that dies at any point of an update that $name", (update) => {
  const { next, moved, networks } = update;
  const [, ...laters] = update.known;
  const previous = laters.at(-1) ?? update.known[0];

  /** The ways before the update, and after it where nothing interrupts it. */
  const outcomes = async () => {
    await using bed = await prepared(update);
    const before = waysOf(bed);
    const { rerouted } = value(await bed.run(bed.agent.updateTopology(next)));
    expect([...rerouted].sort()).toEqual(Object.keys(moved));
    const after = waysOf(bed);
    for (const { project } of networks) {
      if (moved[project] === undefined) expect(after[project]).toEqual(before[project]);
      else expect(linksIn(after[project])).toEqual(moved[project]);
    }
    return { before, after };
  };

  test("is followed by one that knows the next topology, and has all networks as asked", {
    timeout: 240_000,
  }, async () => {
    const { after } = await outcomes();
    let deaths = 0;
    for (let nth = 1; ; nth += 1) {
      await using bed = await prepared(update);
      if (!(await dieAtPoint(bed, update, nth))) break;
      deaths += 1;
      await takeOver(bed, next);
      expect(waysOf(bed)).toEqual(after);
      await expectInOrder(bed, next);
      if (nth % 5 !== 0) continue;
      await expectQuiet(bed, next);
      await expectNothingStays(bed, update);
    }
    expect(deaths).toBeGreaterThan(20);
  });

  test("is followed by one that knows the last topology, and has each network on either way", {
    timeout: 240_000,
  }, async () => {
    const { before, after } = await outcomes();
    let deaths = 0;
    for (let nth = 1; ; nth += 1) {
      await using bed = await prepared(update);
      if (!(await dieAtPoint(bed, update, nth))) break;
      deaths += 1;
      await takeOver(bed, previous);
      for (const [project, way] of Object.entries(waysOf(bed))) {
        expect([before[project], after[project]]).toContainEqual(way);
      }
      await expectInOrder(bed, previous);
      if (nth % 5 === 0) await expectQuiet(bed, previous);
      value(await bed.run(bed.agent.updateTopology(next)));
      // Not with the same labels: what was begun on links that this agent did not know was in quarantine.
      for (const { project, links } of bed.agent.listNetworks()) {
        expect(links.map(({ id }) => id)).toEqual(linksIn(after[project]));
      }
      await expectInOrder(bed, previous, next);
      if (nth % 5 === 0) await expectNothingStays(bed, update);
    }
    expect(deaths).toBeGreaterThan(20);
  });
});
