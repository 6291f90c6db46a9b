import fc from "fast-check";
import type { ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { endsOf, faultIn } from "../../scripts/sim/frames.ts";
import type { Scenario } from "../../scripts/sim/scenario.ts";
import { World } from "../../scripts/sim/world.ts";
import type { DcnsAgent } from "../../src/dcns.ts";
import type { DcnsError } from "../../src/model/errors.ts";

/** A network, as somebody would say it who knows nothing of switches. */
interface Said {
  readonly members: readonly string[];
  readonly bandwidth: number;
}

/** The service: whose network is what. */
type Model = Map<string, Said>;

/** A ring of three switches, with room for whatever is asked, and a journal on a disk. */
const scenario: Scenario = {
  document: {
    format: "dcns-topology/1",
    domains: [{ id: "campus", driver: "openflow" }],
    nodes: ["s1", "s2", "s3"].map((id, index) => ({
      id,
      domain: "campus",
      datapathId: `000000000000000${index + 1}`,
      ports: ["h1", "h2", "left", "right"].map((port, at) => ({ id: port, ofPort: at + 1 })),
    })),
    links: [
      { id: "l1", a: "s1:right", b: "s2:left", capacity: "10Gbps", vlans: "100-199" },
      { id: "l2", a: "s2:right", b: "s3:left", capacity: "10Gbps", vlans: "100-199" },
      { id: "l3", a: "s3:right", b: "s1:left", capacity: "10Gbps", vlans: "100-199" },
    ],
    hosts: ["s1", "s2", "s3"].flatMap((id) => [
      { host: `${id}a`, nic: "eth1", port: `${id}:h1` },
      { host: `${id}b`, nic: "eth1", port: `${id}:h2`, tagging: "untagged" as const },
    ]),
  },
  ...{ agents: 1, bundles: true, learns: true, flapDamping: false, pieces: true, file: true },
  messages: {},
  store: { fail: 0, failAfterWriting: 0, maxDelayMs: 5 },
  wideArea: undefined,
  ...{ scheduled: 0, steps: 0 },
  mishaps: { flap: 0, power: 0, disconnect: 0, forget: 0, crash: 0, pause: 0, wideArea: 0 },
};

const HOST_PORTS = ["s1", "s2", "s3"].flatMap((id) => [`${id}a:eth1`, `${id}b:eth1`]);

/** The VLAN of each project, so that none is in another's way on a tagged port. */
const VLANS: Readonly<Record<string, number>> = { a: 101, b: 102, c: 103 };

/** An untagged port is in one network at most. */
function isTaken(model: Model, project: string, members: readonly string[]): boolean {
  const others = [...model].flatMap(([other, said]) => (other === project ? [] : said.members));
  return members.some((member) => member.includes("b:") && others.includes(member));
}

function agentOf(world: World): DcnsAgent {
  const [agent] = world.agents;
  if (agent === undefined) throw new Error("no agent runs");
  return agent;
}

/** The agent shows what the model says, and its frames arrive so. */
function compare(model: Model, world: World): void {
  const infos = agentOf(world).listNetworks();
  const shown = infos.map(({ project, endpoints, bandwidth }) => {
    const members = endpoints.map(({ host, nic }) => `${host}:${nic}`).sort();
    return [project, { members, bandwidth }] as const;
  });
  expect(new Map(shown)).toEqual(model);
  for (const info of infos) {
    expect(endsOf(info).length).toBe(info.endpoints.length);
    expect(faultIn(world.fabric, info)).toBeUndefined();
  }
  expect(world.fabric.violations).toEqual([]);
  expect(world.foreignTouched()).toBeUndefined();
}

/** What somebody asks for a project. */
interface Wish extends Said {
  readonly project: string;
}

type Command = fc.AsyncCommand<Model, World>;

/** A command that may come at any time. */
function command(text: string, run: (model: Model, world: World) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, world) => {
      await run(model, world);
      compare(model, world);
    },
    toString: () => text,
  };
}

/** Waits for an answer, and expects this error, or none. */
async function expectAnswer(
  world: World,
  answer: ResultAsync<unknown, DcnsError>,
  refusal: string | undefined,
): Promise<void> {
  const ended = await world.clock.until(answer);
  expect(ended.isErr() ? ended.error.type : undefined).toBe(refusal);
}

function setUpBy(agent: DcnsAgent, { project, members, bandwidth }: Wish) {
  return agent.setupPhysicalNetwork(project, members, bandwidth, VLANS[project]);
}

/** A setup that asks for what there is, is done. */
function refusalOfSetup(model: Model, { project, members, bandwidth }: Wish): string | undefined {
  const said = model.get(project);
  if (said !== undefined) {
    const isSame = said.bandwidth === bandwidth && `${said.members}` === `${[...members].sort()}`;
    return isSame ? undefined : "network-exists";
  }
  return isTaken(model, project, members) ? "vlan-unavailable" : undefined;
}

function note(model: Model, { project, members, bandwidth }: Wish): void {
  model.set(project, { members: [...members].sort(), bandwidth });
}

function textOf({ project, members, bandwidth }: Wish): string {
  return `${project} ${members.join(" ")} at ${bandwidth}`;
}

function setUp(wish: Wish): Command {
  return command(`set up ${textOf(wish)}`, async (model, world) => {
    const refusal = refusalOfSetup(model, wish);
    await expectAnswer(world, setUpBy(agentOf(world), wish), refusal);
    if (refusal === undefined) note(model, wish);
  });
}

function modify(wish: Wish): Command {
  return command(`make it ${textOf(wish)}`, async (model, world) => {
    const { project, members, bandwidth } = wish;
    const before = model.get(project)?.members ?? [];
    const added = members.filter((member) => !before.includes(member));
    const removed = before.filter((member) => !members.includes(member));
    const taken = isTaken(model, project, members) ? "vlan-unavailable" : undefined;
    const refusal = model.has(project) ? taken : "network-not-found";
    const call = agentOf(world).modifyPhysicalNetwork(project, added, removed, bandwidth);
    await expectAnswer(world, call, refusal);
    if (refusal === undefined) note(model, wish);
  });
}

function tearDown(project: string): Command {
  return command(`tear down ${project}`, async (model, world) => {
    const refusal = model.delete(project) ? undefined : "network-not-found";
    await expectAnswer(world, agentOf(world).teardownPhysicalNetwork(project), refusal);
  });
}

/** The agent dies while it sets up a network, with the power of its machine or not, and is started anew. */
function dieInSetUp(wish: Wish, afterMs: number, power: boolean): Command {
  const text = `die ${afterMs} ms into: set up ${textOf(wish)}${power ? ", without power" : ""}`;
  const dying = command(text, async (model, world) => {
    const agent = agentOf(world);
    let isDone = false;
    void setUpBy(agent, wish).andTee(() => {
      isDone = true;
    });
    await world.clock.advance(afterMs);
    world.crash(agent);
    if (power) world.cutPower();
    await world.start();
    await world.clock.advance(20_000);
    const projects: readonly string[] = agentOf(world)
      .listNetworks()
      .map(({ project }) => project);
    // What was acknowledged stays; else it is there as a whole, or not at all.
    if (isDone) expect(projects).toContain(wish.project);
    if (projects.includes(wish.project)) note(model, wish);
  });
  return { ...dying, check: (model) => refusalOfSetup(new Map(model), wish) === undefined };
}

/** A switch loses its power and comes back blank. */
function powerCycle(node: string): Command {
  return command(`turn ${node} off and on`, async (_, world) => {
    world.powerOff(node);
    await world.clock.advance(2_000);
    world.powerOn(node);
    await world.clock.advance(60_000);
  });
}

const projects = fc.constantFrom(...Object.keys(VLANS));
const wishes: fc.Arbitrary<Wish> = fc.record({
  project: projects,
  members: fc.uniqueArray(fc.constantFrom(...HOST_PORTS), { minLength: 1, maxLength: 4 }),
  bandwidth: fc.constantFrom(10e6, 100e6, 300e6),
});
const commands = fc.commands(
  [
    wishes.map(setUp),
    wishes.map(setUp),
    wishes.map(modify),
    projects.map(tearDown),
    fc.tuple(wishes, fc.nat(60), fc.boolean()).map((drawn) => dieInSetUp(...drawn)),
    fc.constantFrom("s1", "s2", "s3").map(powerCycle),
  ],
  { maxCommands: 12 },
);

describe("the service, with its switches, its journal and its disk", () => {
  test("is what a map of projects says, whatever is called, and dies, in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), commands, async (seed, list) => {
        const world = new World(seed, scenario, () => {});
        await world.start();
        world.fabric.connect();
        await world.clock.advance(500);
        await fc.asyncModelRun(() => ({ model: new Map<string, Said>(), real: world }), list);
        expect(await world.close()).toBe(0);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
