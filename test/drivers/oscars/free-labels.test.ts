import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, type SimulatedWan, simulatedWan } from "../../support/simulated-wan.ts";
import { errorOf, value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const hosts = campuses.map(hostAt);

/** The links have the labels 100 to 199; the domain has these. */
async function start(vlans: VlanSet, dialect: Dialect = "rest") {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const wan = simulatedWan(dialect, {
    ...{ clock, http, leadSeconds: 0, sold: { capacity: 1_000, vlans } },
    ports: campuses.map((campus) => `wan:${campus}`),
  });
  let holds = 0;
  http.serve("http://wan.example", (request) => {
    if (request.path === "/protected/hold") holds += 1;
    return wan.server.handler(request);
  });
  const drivers = {
    ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
    wan: wan.driver(),
  };
  const topology = campusTopology({ campuses, wans: ["wan"] });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  const restart = async (): Promise<DcnsAgent> => {
    await clock.until(agent.close());
    const next = {
      ...Object.fromEntries(campuses.map((id) => [id, new MemoryDriver()])),
      wan: wan.driver(),
    };
    return value(await clock.until(DcnsAgent.start({ topology, drivers: next, clock })));
  };
  return { clock, http, agent, wan, restart, holds: () => holds };
}

/** How many reservations an IDCP server has been asked for. */
function countCreations(http: MemoryHttp, { server }: SimulatedWan): () => number {
  let creations = 0;
  http.serve("http://wan.example", (request) => {
    if (/<[\w:]*createReservation[ >]/.test(request.body)) creations += 1;
    return server.handler(request);
  });
  return () => creations;
}

describe("an OSCARS 1 server that has few of the labels of a network", () => {
  test("is asked which are free, and then for one of those", async () => {
    const { clock, agent, holds } = await start(VlanSet.range(180, 189));
    for (const project of ["p", "q"]) {
      const info = value(await clock.until(agent.setupPhysicalNetwork(project, hosts, "10Mbps")));
      for (const { vlan } of info.links) expect(VlanSet.range(180, 189).has(vlan ?? 0)).toBe(true);
    }
    expect(holds()).toBe(4);
    await clock.until(agent.close());
  });

  test("is not asked again where it has none of them", async () => {
    const { clock, agent, wan, holds } = await start(VlanSet.range(300, 309));
    const refused = await clock.until(agent.setupPhysicalNetwork("p", hosts, "10Mbps"));
    expect(errorOf(refused, "vlan-unavailable").refusals).toHaveLength(1);
    expect(holds()).toBe(1);
    expect(wan.server.ids).toEqual([]);
    await clock.until(agent.close());
  });
});

describe.each(["idcp", "idcp-0.5"] as const)(
  "an IDCP server (%s) that has few of the labels of a network",
  (dialect) => {
    test("is offered all that would do, and asked for the one it would give", async () => {
      const { clock, http, agent, wan } = await start(VlanSet.range(180, 189), dialect);
      const creations = countCreations(http, wan);
      for (const project of ["p", "q"]) {
        const info = value(await clock.until(agent.setupPhysicalNetwork(project, hosts, "10Mbps")));
        for (const { vlan } of info.links)
          expect(VlanSet.range(180, 189).has(vlan ?? 0)).toBe(true);
      }
      // The plan's label, what there is of all, and that.
      expect(creations()).toBe(6);
      expect(wan.server.ids).toHaveLength(2);
      await clock.until(agent.close());
    });

    test("is not asked again where it has none of them", async () => {
      const { clock, http, agent, wan } = await start(VlanSet.range(300, 309), dialect);
      const creations = countCreations(http, wan);
      const refused = await clock.until(agent.setupPhysicalNetwork("p", hosts, "10Mbps"));
      // OSCARS 0.5 does not say what is lacking.
      const type = dialect === "idcp" ? "vlan-unavailable" : "no-path";
      expect(errorOf(refused, type).refusals).toHaveLength(1);
      expect(creations()).toBe(2);
      expect(wan.server.ids).toEqual([]);
      await clock.until(agent.close());
    });

    test("keeps nothing of what was only to show which labels there are", async () => {
      const { clock, http, agent, wan, restart } = await start(VlanSet.range(180, 189), dialect);
      const { server } = wan;
      // Whatever is reserved is not given back any more: its requester is cut off.
      http.serve("http://wan.example", (request) => {
        const isCancel = /<[\w:]*cancelReservation[ >]/.test(request.body);
        return isCancel ? Promise.resolve({ status: 503 }) : server.handler(request);
      });
      await clock.until(agent.setupPhysicalNetwork("p", hosts, "10Mbps"));
      expect(server.ids.length).toBeGreaterThan(0);
      http.serve("http://wan.example", (request) => server.handler(request));
      const next = await restart();
      await clock.advance(120_000);
      expect(server.ids).toEqual([]);
      await clock.until(next.close());
    });
  },
);
