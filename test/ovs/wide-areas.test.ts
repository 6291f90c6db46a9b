import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sleep } from "../lab/frame-port.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";
import { campus, startWideArea, type WideArea } from "../lab/wide-area.ts";
import { type Dialect, dialects } from "../support/simulated-wan.ts";

const campuses = ["west", "east", "south"];
const wans = ["one", "two"];
const hosts = [
  ...campuses.map((host, at) => ({
    ...{ host, nic: "eth0", port: `${host}:1` },
    ...(at === 2 ? { tagging: "untagged" as const } : {}),
  })),
  { host: "east2", nic: "eth0", port: "east:2" },
];
const endpoints = campuses.map((host) => `${host}:eth0`);
const OTHER_EAST = "east2:eth0";
const RATE = 2_000_000;
/** Long enough for a host to ask for an address twice. */
const STEP_MS = 2_500;

/** Every campus has a cable to each of two bridges of somebody else's, and these have one between them. */
const cables = [
  ...wans.flatMap((wan, at) =>
    campuses.map((id) => ({ id: `${id}-${wan}`, a: `${id}:${10 + at}`, b: `${wan}:${id}` })),
  ),
  { id: "one-two", a: "one:other", b: "two:other" },
].map((link) => ({ ...link, capacity: "100Mbps" }));

/** What an agent is told of that: some of the cables, and whose the bridges are. */
function document(used: (id: string) => boolean, domains: readonly string[] = wans) {
  const wan = (id: string, domain: string) => ({
    ...{ id, domain, branching: false },
    ports: [...campuses, "other"].map((port, at) => ({
      ...{ id: port, ofPort: at + 1, vlans: "200-209" },
    })),
  });
  return {
    format: "dcns-topology/1",
    domains: [
      ...campuses.map((id) => ({ id, driver: "openflow" })),
      ...[...new Set(domains)].map((id) => ({ id, driver: "oscars" })),
    ],
    nodes: [
      ...campuses.map((id, at) => campus(id, at + 1)),
      ...wans.map((id, at) => wan(id, domains[at] ?? id)),
    ],
    links: cables.filter(({ id }) => used(id)),
    hosts,
  };
}

const inRow = document((id) => ["west-one", "one-two", "east-two"].includes(id));
const either = document((id) => id !== "one-two");
const oneDomain = document((id) => id !== "one-two", ["wan", "wan"]);

/** One bridge as two nodes of one domain, behind one port of each campus; each node has VLANs of its own. */
const onePort = {
  ...oneDomain,
  links: campuses.flatMap((id) => [
    { id: `${id}-one`, a: `${id}:10`, b: `one:${id}`, capacity: "100Mbps", vlans: "200-204" },
    { id: `${id}-two`, a: `${id}:10`, b: `two:${id}`, capacity: "100Mbps", vlans: "205-209" },
  ]),
};

describeWithOvs("networks across several wide-area domains, on Open vSwitch", () => {
  let lab: OvsLab;
  let stations: readonly Station[];

  beforeAll(async () => {
    lab = await OvsLab.start(document(() => true));
    const added: Station[] = [];
    for (const [at, end] of [...endpoints, OTHER_EAST].entries())
      added.push(await lab.addStation({ at: end, vlan: at === 2 ? "untagged" : 101 }));
    stations = added;
  });
  afterAll(() => lab?.close());

  const station = (at: number): Station => {
    const found = stations[at];
    if (found === undefined) throw new Error("no such station");
    return found;
  };
  /** Bit/s from west to east of what is asked for each bit/s that is reserved. */
  const carried = async (rate: number): Promise<number> => {
    const { delivered } = await station(0).stream(station(1), 3 * rate, 1.5);
    return delivered / rate;
  };
  const received = async (from: number, to: number): Promise<number> => {
    const [a, b] = [station(from), station(to)];
    await a.forgetNeighbours();
    return (await a.ping(b, 5)).received;
  };
  const isClean = async ({ idle, wans: servers, agent }: WideArea): Promise<boolean> => {
    await idle();
    const isFree = [...servers.values()].every(({ server }) => server.ids.length === 0);
    const { flows, groups, meters } = await lab.census();
    return isFree && flows + groups + meters === 0 && agent.listNetworks().length === 0;
  };

  describe.each(dialects)("asked by %s", (dialect: Dialect) => {
    test("no frame crosses two in a row that hold circuits and have not set them up", async () => {
      await using area = await startWideArea(lab, inRow, dialect, { delayMs: STEP_MS });
      const { agent, bridges, idle, wans: servers } = area;
      const holdBoth = () => [...servers.values()].every(({ server }) => server.ids.length === 1);
      const areUp = () => [...bridges.values()].some(({ done }) => done.includes("up"));
      const setup = agent.setupPhysicalNetwork("p", endpoints.slice(0, 2), RATE, 101);
      await eventually(holdBoth);
      await station(0).forgetNeighbours();
      const pings = station(0).startPing(station(1), 50);
      // Who gets no answer asks for the address once a second.
      await sleep(STEP_MS / 2);
      const { received: early } = await pings.stop();
      expect(areUp()).toBe(false);
      expect(early).toBe(0);
      value(await setup);
      await idle();
      expect(await received(0, 1)).toBe(5);
      value(await agent.teardownPhysicalNetwork("p"));
      await eventually(async () => isClean(area));
    });

    test("frames cross two in a row at the rate that is reserved, to hosts that come, and after one is lost", async () => {
      await using area = await startWideArea(lab, inRow, dialect);
      const { agent, idle, wans: servers } = area;
      const circuits = () => [...servers.values()].map(({ server }) => server.ids.length);
      value(await agent.setupPhysicalNetwork("p", endpoints.slice(0, 2), RATE, 101));
      await idle();
      expect(await received(0, 1)).toBe(5);
      expect(circuits()).toEqual([1, 1]);
      expect(await carried(RATE)).toBeGreaterThan(0.85);
      expect(await carried(RATE)).toBeLessThan(1.1);

      value(await agent.modifyPhysicalNetwork("p", [OTHER_EAST], [], 2 * RATE));
      await idle();
      expect(await received(0, 3)).toBe(5);
      expect(await received(3, 1)).toBe(5);
      expect(await carried(2 * RATE)).toBeGreaterThan(0.85);
      expect(await carried(2 * RATE)).toBeLessThan(1.1);

      const story: string[] = [];
      agent.events.on("network-state", ({ state }) => story.push(state));
      const lost = servers.get("two");
      for (const id of lost?.server.ids ?? []) lost?.server.forceEnd(id);
      await eventually(() => story.at(-1) === "active");
      await idle();
      expect(story).toEqual(["degraded", "active"]);
      expect(await received(0, 1)).toBe(5);
      expect(await received(0, 3)).toBe(5);

      value(await agent.teardownPhysicalNetwork("p"));
      expect(await isClean(area)).toBe(true);
      expect(await received(0, 1)).toBe(0);
    });

    test("no frame crosses two in a row when one of them refuses", async () => {
      await using area = await startWideArea(lab, inRow, dialect);
      const { agent, wans: servers } = area;
      servers.get("two")?.sellOut("two:east");
      const refused = await agent.setupPhysicalNetwork("p", endpoints.slice(0, 2), "80Mbps", 101);
      expect(refused.isErr()).toBe(true);
      expect(await isClean(area)).toBe(true);
      expect(await received(0, 1)).toBe(0);
    });

    test("frames take the other of two when one is lost for good", async () => {
      await using area = await startWideArea(lab, either, dialect);
      const { agent, idle, wans: servers } = area;
      const options = { protection: "restore" } as const;
      value(await agent.setupPhysicalNetwork("p", endpoints.slice(0, 2), "80Mbps", 101, options));
      await idle();
      expect(await received(0, 1)).toBe(5);
      const [used, other] =
        servers.get("one")?.server.ids.length === 1 ? wans : [...wans].reverse();
      const lost = servers.get(used ?? "");
      const story: string[] = [];
      agent.events.on("network-state", ({ state }) => story.push(state));
      for (const id of ["west", "east"]) lost?.sellOut(`${used}:${id}`);
      for (const id of lost?.server.ids ?? []) lost?.server.forceEnd(id);
      await eventually(() => story.includes("degraded") && story.at(-1) === "active");
      await idle();
      expect(servers.get(other ?? "")?.server.ids).toHaveLength(1);
      expect(await received(0, 1)).toBe(5);
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await isClean(area)).toBe(true);
    });

    test("three campuses with one port each are joined by two circuits, which meet at a switch", async () => {
      const samePort = (port: string): string => port.replace("two", "one");
      await using area = await startWideArea(lab, onePort, dialect, { samePort });
      const { agent, idle, wans: servers } = area;
      value(await agent.setupPhysicalNetwork("p", endpoints, RATE, 101));
      await idle();
      expect(servers.get("wan")?.server.ids).toHaveLength(2);
      const { links } = value(agent.getNetworkInfo("p"));
      const ports = links.map(({ id }) => id.slice(0, id.indexOf("-")));
      const hub = ports.find((port, at) => ports.indexOf(port) < at);
      const tags = links.filter(({ id }) => id.startsWith(`${hub}-`)).map(({ vlan }) => vlan);
      expect(new Set(tags).size).toBe(2);
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ] as const)
        expect(await received(from, to)).toBe(5);
      expect(value(await agent.verifyNetwork("p")).consistent).toBe(true);
      value(await agent.modifyPhysicalNetwork("p", [], endpoints.slice(2)));
      await eventually(async () => {
        await idle();
        return servers.get("wan")?.server.ids.length === 1;
      });
      expect(await received(0, 1)).toBe(5);
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await isClean(area)).toBe(true);
    });

    test("three campuses are joined by two circuits of a domain that joins two ports at a time", async () => {
      await using area = await startWideArea(lab, oneDomain, dialect);
      const { agent, idle, wans: servers } = area;
      value(await agent.setupPhysicalNetwork("p", endpoints, RATE, 101));
      await idle();
      expect(servers.get("wan")?.server.ids).toHaveLength(2);
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ] as const)
        expect(await received(from, to)).toBe(5);
      value(await agent.modifyPhysicalNetwork("p", [], endpoints.slice(2)));
      await eventually(async () => {
        await idle();
        return servers.get("wan")?.server.ids.length === 1;
      });
      expect(await received(0, 1)).toBe(5);
      expect(await received(0, 2)).toBe(0);
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await isClean(area)).toBe(true);
    });
  });
});
