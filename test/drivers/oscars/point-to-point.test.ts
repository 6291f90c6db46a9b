import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import type { SegmentInfo } from "../../../src/model/network.ts";
import { type CircuitChange, MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { errorOf, value } from "../../support/testbed.ts";

const campuses = ["west", "east", "south"];

/**
 * A domain that joins two ports at a time, with as many nodes as a network may have circuits there. With
 * `onePort`, these are the same ports of the domain, and a campus has one towards all of them.
 */
async function start(dialect: (typeof dialects)[number], circuits: number, onePort = false) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const wans = Array.from({ length: circuits }, (_, at) => `wan${at + 1}`);
  const carried = new Set<string>();
  const up = new Map<string, CircuitChange["circuit"]>();
  const wan = simulatedWan(dialect, {
    ...{ clock, http, delayMs: 100 },
    ports: wans.flatMap((node) => campuses.map((campus) => `${node}:${campus}`)),
    samePort: (port: string) => (onePort ? port.replace(/\d+/, "1") : port),
    onCircuit: ({ type, circuit }: CircuitChange) => {
      const ends = circuit.ends.map(({ port }) => wan.portOf(port)).sort();
      if (type === "down") up.delete(circuit.id);
      else up.set(circuit.id, circuit);
      if (type === "down") carried.delete(ends.join(" to "));
      else carried.add(ends.join(" to "));
    },
  });
  const drivers = {
    ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
    wan: wan.driver(),
  };
  const topology = campusTopology({ campuses, wans, domain: "wan", onePort });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const ends = (): readonly { readonly port: string; readonly tag: number | "untagged" }[] =>
    [...up.values()].flatMap((circuit) =>
      circuit.ends.map(({ port, tag }) => ({ port: wan.portOf(port), tag })),
    );
  return { clock, agent, carried, wan, ends };
}

describe.each(dialects)("a domain of circuits with two ends, that speaks %s", (dialect) => {
  test("joins three campuses by two circuits, which meet at a switch", async () => {
    const { clock, agent, carried, wan } = await start(dialect, 2);
    value(await clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps")));
    expect(carried.size).toBe(2);
    const ends = [...carried].map((circuit) => circuit.match(/(?<=:)\w+/g) ?? []);
    // Each circuit has both ends at one node, and they have one campus in common.
    for (const circuit of carried) expect(new Set(circuit.match(/\w+(?=:)/g) ?? []).size).toBe(1);
    expect(new Set(ends.flat())).toEqual(new Set(campuses));
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [hostAt("south")])));
    await clock.advance(1_000);
    expect(carried.size).toBe(1);
    value(await clock.until(agent.modifyPhysicalNetwork("p", [hostAt("south")], [])));
    expect(carried.size).toBe(2);
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect(wan.server.ids).toEqual([]);
    await clock.until(agent.close());
  });

  test("has two circuits at the one port of a campus, each with a label of its own", async () => {
    const { clock, agent, wan, ends } = await start(dialect, 2, true);
    const hosts = campuses.map(hostAt);
    value(await clock.until(agent.setupPhysicalNetwork("p", hosts, "300Mbps")));
    expect(wan.server.ids.length).toBe(2);
    const { links } = value(agent.getNetworkInfo("p"));
    const hub = campuses.find((id) => links.filter((link) => link.id.startsWith(id)).length === 2);
    const atHub = links.filter(({ id }) => id.startsWith(`${hub}-`)).map(({ vlan }) => vlan);
    expect(new Set(atHub).size).toBe(2);
    expect(
      new Set(
        ends()
          .filter(({ port }) => port === `wan1:${hub}`)
          .map(({ tag }) => tag),
      ),
    ).toEqual(new Set(atHub));
    const inWan = (): SegmentInfo | undefined =>
      value(agent.getNetworkInfo("p")).segments.find(({ domain }) => domain === "wan");
    expect(new Set(inWan()?.externalIds)).toEqual(new Set(wan.server.ids));
    expect(wan.server.ids).toContain(inWan()?.externalId);
    // Both circuits are on the hub's gigabit.
    const tooMuch = await clock.until(agent.setupPhysicalNetwork("q", hosts, "600Mbps"));
    expect(errorOf(tooMuch, "no-path").explanation.reason).toBeDefined();
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], hosts.slice(2))));
    await clock.advance(1_000);
    expect(inWan()).toMatchObject({ externalId: wan.server.ids[0] });
    expect(inWan()?.externalIds).toBeUndefined();
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    await clock.advance(1_000);
    expect(ends()).toEqual([]);
    expect(wan.server.ids).toEqual([]);
    await clock.until(agent.close());
  });

  test("joins two campuses where a network has one circuit, and says why not three", async () => {
    const { clock, agent, carried } = await start(dialect, 1);
    const hosts = campuses.map(hostAt);
    const refused = await clock.until(agent.setupPhysicalNetwork("p", hosts, "100Mbps"));
    const { explanation } = errorOf(refused, "no-path");
    expect(explanation).toMatchObject({ reason: "branching", nodes: ["wan1"] });
    value(await clock.until(agent.setupPhysicalNetwork("p", hosts.slice(1), "100Mbps")));
    expect([...carried]).toEqual(["wan1:east to wan1:south"]);
    await clock.until(agent.close());
  });
});
