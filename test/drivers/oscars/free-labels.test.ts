import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { MemoryHttp } from "../../../src/testing/index.ts";
import { campusTopology, hostAt } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { simulatedWan } from "../../support/simulated-wan.ts";
import { errorOf, value } from "../../support/testbed.ts";

const campuses = ["west", "east"];
const hosts = campuses.map(hostAt);

/** The links have the labels 100 to 199; the domain, which speaks REST, has these. */
async function start(vlans: VlanSet) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const wan = simulatedWan("rest", {
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
  return { clock, agent, wan, holds: () => holds };
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
