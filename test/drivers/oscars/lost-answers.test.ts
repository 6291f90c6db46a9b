import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { MemoryHttp, seededRandom, WanFaults } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const hosts = campuses.map(hostAt);
/** Longer than any server of these holds what is not committed. */
const LONGEST_HOLD_MS = 1_000_000;

async function start(dialect: Dialect) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const ports = campuses.map((campus) => `wan:${campus}`);
  const wan = simulatedWan(dialect, { clock, http, ports, leadSeconds: 0 });
  const faults = new WanFaults(clock, seededRandom(1));
  http.serve("http://wan.example", faults.around(wan.server));
  const topology = campusTopology({ campuses, wans: ["wan"] });
  const drivers = {
    ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
    wan: wan.driver(),
  };
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  // What it asks when it starts is not the matter here.
  await clock.advance(2_000);
  const setUp = () => clock.until(agent.setupPhysicalNetwork("p", hosts, "100Mbps"));
  return { clock, wan, faults, agent, setUp };
}

describe.each([...dialects, "idcp-0.5"] as const)("where answers of %s get lost", (dialect) => {
  test.each(["drop", "drop-answer"] as const)(
    "one of them (%s) costs time, and not the call",
    async (type) => {
      for (let nth = 1, isStruck = true; isStruck; nth += 1) {
        const { clock, wan, faults, agent, setUp } = await start(dialect);
        faults.add({ type }, nth);
        value(await setUp());
        isStruck = faults.planned === 0;
        expect(wan.server.ids, `message ${nth}`).toHaveLength(1);
        // Nothing is left that was held twice.
        await clock.advance(LONGEST_HOLD_MS);
        expect(wan.server.ids).toHaveLength(1);
        expect(value(agent.getNetworkInfo("p")).state).toBe("active");
        value(await clock.until(agent.teardownPhysicalNetwork("p")));
        expect(wan.server.ids).toEqual([]);
        await clock.until(agent.close());
        expect(nth).toBeLessThan(50);
      }
    },
  );

  test("all of them cost the call, which says so, and nothing is left", async () => {
    const { clock, wan, faults, agent, setUp } = await start(dialect);
    faults.setRates({ dropAnswer: 1 });
    const error = await setUp();
    expect(["driver-failed", "timeout"]).toContain(error.isErr() ? error.error.type : "ok");
    faults.setRates({});
    await clock.advance(LONGEST_HOLD_MS);
    expect(wan.server.ids).toEqual([]);
    expect(agent.listNetworks()).toEqual([]);
    value(await setUp());
    await clock.until(agent.close());
  });
});
