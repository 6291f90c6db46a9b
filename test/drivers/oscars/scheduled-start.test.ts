import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import type { AgentEvent } from "../../../src/index.ts";
import { MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const wans = ["one", "two"];
const hosts = campuses.map(hostAt);
const HOUR = 3_600_000;

/** Two campuses, and two wide-area domains between them, of which the first is cheaper to cross. */
async function start(dialect: Dialect) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const domains = new Map(
    wans.map((name) => {
      const ports = campuses.map((campus) => `${name}:${campus}`);
      return [name, simulatedWan(dialect, { clock, http, name, ports, leadSeconds: 0 })] as const;
    }),
  );
  const drivers = {
    ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
    ...Object.fromEntries([...domains].map(([name, wan]) => [name, wan.driver()])),
  };
  const topology = campusTopology({ campuses, wans });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const delays: AgentEvent[] = [];
  agent.events.on("schedule-delayed", (event) => delays.push(event));
  const ids = (): readonly number[] => [...domains.values()].map(({ server }) => server.ids.length);
  return { clock, agent, domains, delays, ids };
}

describe.each(dialects)(
  "a network that was reserved, across a domain that speaks %s",
  (dialect) => {
    test("is provisioned by another one where the domain refuses it at its start", async () => {
      const { clock, agent, domains, delays, ids } = await start(dialect);
      const [from, end] = [clock.now() + HOUR, clock.now() + 2 * HOUR];
      const schedule = { start: from, end };
      value(
        await clock.until(
          agent.setupPhysicalNetwork("p", hosts, "100Mbps", undefined, { schedule }),
        ),
      );
      expect(ids()).toEqual([0, 0]);
      expect(value(agent.getNetworkInfo("p")).links.map(({ id }) => id)).toEqual([
        "east-one",
        "west-one",
      ]);
      domains.get("one")?.sellOut("one:west");
      await clock.advance(HOUR + 300_000);
      expect(ids()).toEqual([0, 1]);
      expect(value(agent.getNetworkInfo("p")).state).toBe("active");
      expect(delays).toEqual([]);
      await clock.advance(HOUR);
      expect(ids()).toEqual([0, 0]);
      expect(agent.listNetworks()).toEqual([]);
      await clock.until(agent.close());
    });

    test("waits, and holds its place, where no domain has it at its start", async () => {
      const { clock, agent, domains, delays, ids } = await start(dialect);
      const schedule = { start: clock.now() + HOUR };
      value(
        await clock.until(
          agent.setupPhysicalNetwork("p", hosts, "100Mbps", undefined, { schedule }),
        ),
      );
      for (const name of wans) domains.get(name)?.sellOut(`${name}:west`);
      await clock.advance(HOUR + 120_000);
      expect(ids()).toEqual([0, 0]);
      expect(value(agent.getNetworkInfo("p")).state).toBe("scheduled");
      expect(delays.length).toBeGreaterThan(0);
      value(await clock.until(agent.teardownPhysicalNetwork("p")));
      expect(agent.listNetworks()).toEqual([]);
      await clock.until(agent.close());
    });
  },
);
