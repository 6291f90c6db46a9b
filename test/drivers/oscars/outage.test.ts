import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import type { NetworkState } from "../../../src/model/network.ts";
import { type CircuitChange, MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { dialects, type SimulatedWan, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const ends = campuses.map(hostAt);

/** A network across one of some wide-area domains, and the story of its states. */
async function start(dialect: (typeof dialects)[number], names: readonly string[] = ["wan"]) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const changes: CircuitChange["type"][] = [];
  const wans = new Map<string, SimulatedWan>(
    names.map((name) => [
      name,
      simulatedWan(dialect, {
        ...{ clock, http, name, ports: campuses.map((id) => `${name}:${id}`), delayMs: 100 },
        onCircuit: ({ type }) => changes.push(type),
      }),
    ]),
  );
  const drivers = {
    ...{ west: new MemoryDriver(), east: new MemoryDriver() },
    ...Object.fromEntries([...wans].map(([name, wan]) => [name, wan.driver()])),
  };
  const topology = campusTopology({ campuses, wans: names });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  value(
    await clock.until(
      agent.setupPhysicalNetwork("p", ends, "100Mbps", undefined, { protection: "restore" }),
    ),
  );
  const story: string[] = [];
  agent.events.on("network-state", ({ state }) => story.push(state));
  const wanOf = (name: string): SimulatedWan => {
    const wan = wans.get(name);
    if (wan === undefined) throw new Error(`no ${name}`);
    return wan;
  };
  const [first = ""] = names;
  const { server } = wanOf(first);
  const info = () => value(agent.getNetworkInfo("p"));
  const segmentStates = () =>
    Object.fromEntries(info().segments.map(({ domain, state }) => [domain, state]));
  /** Moves on until the network is in a state. */
  const until = async (state: NetworkState) => {
    const isSo = new Promise<void>((resolve) => {
      agent.events.on("network-state", (told) => told.state === state && resolve());
    });
    if (info().state !== state) await clock.until(isSo);
  };
  return { clock, http, agent, story, changes, server, wanOf, info, segmentStates, until };
}

describe.each(dialects)(
  "a network whose circuit is lost, in a domain that speaks %s",
  (dialect) => {
    test("is degraded until the domain has made it again", async () => {
      const { clock, agent, story, changes, server, segmentStates, until } = await start(dialect);
      for (const id of server.ids) server.forceEnd(id);
      changes.splice(0);
      await until("degraded");
      expect(segmentStates()).toEqual({ west: "active", wan: "degraded", east: "active" });
      expect(changes).toEqual([]);
      await until("active");
      expect(changes).toEqual(["up"]);
      expect(segmentStates()).toEqual({ west: "active", wan: "active", east: "active" });
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(story).toEqual(["degraded", "active", "releasing"]);
      expect(server.ids).toEqual([]);
      await clock.until(agent.close());
    });

    test("is degraded while nothing passes, and has another where that lasts", async () => {
      const { clock, agent, story, server, until } = await start(dialect);
      const [before = ""] = server.ids;
      server.setDataPlane(before, false);
      await until("degraded");
      server.setDataPlane(before, true);
      await until("active");
      expect(server.ids).toEqual([before]);
      server.setDataPlane(before, false);
      await until("degraded");
      await until("active");
      // A reservation without a path is set up once more; what may come back by itself is made anew.
      expect(server.ids[0] === before).toBe(dialect === "idcp");
      expect(server.ids).toHaveLength(1);
      expect(story).toEqual(["degraded", "active", "degraded", "active"]);
      await clock.until(agent.close());
    });

    test("goes another way where the domain does not make it again", async () => {
      const { clock, agent, info, server, wanOf, until } = await start(dialect, ["one", "two"]);
      expect(info().links.map(({ id }) => id)).toEqual(["east-one", "west-one"]);
      for (const campus of campuses) wanOf("one").sellOut(`one:${campus}`);
      for (const id of server.ids) server.forceEnd(id);
      await until("degraded");
      await until("active");
      expect(info().links.map(({ id }) => id)).toEqual(["east-two", "west-two"]);
      expect(server.ids).toEqual([]);
      expect(wanOf("two").server.ids).toHaveLength(1);
      await clock.advance(600_000);
      expect([info().state, info().generation]).toEqual(["active", 2]);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(wanOf("two").server.ids).toEqual([]);
      await clock.until(agent.close());
    });

    test("stays degraded where there is no other way, may be changed, and is well when there is room", async () => {
      const { clock, agent, info, server, wanOf, until } = await start(dialect);
      for (const campus of campuses) wanOf("wan").sellOut(`wan:${campus}`);
      for (const id of server.ids) server.forceEnd(id);
      await until("degraded");
      await clock.advance(600_000);
      expect(info().state).toBe("degraded");
      // Half of what is left there.
      value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "25Mbps")));
      await until("active");
      expect(server.ids).toHaveLength(1);
      await clock.until(agent.close());
    });
  },
);
