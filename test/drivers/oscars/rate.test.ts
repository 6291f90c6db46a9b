import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryDriver } from "../../../src/drivers/memory.ts";
import { type CircuitChange, MemoryHttp } from "../../../src/testing/index.ts";
import { hostAt, rowTopology } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Dialect, dialects, simulatedWan } from "../../support/simulated-wan.ts";
import { errorOf, value } from "../../support/testbed.ts";

const campuses = ["west", "east"];

/** A network of 100 Mbit/s across two domains in a row, of which the first speaks a dialect. */
async function start(dialect: Dialect) {
  const clock = fakeClock();
  const http = new MemoryHttp(clock);
  const changes: string[] = [];
  const wan = (name: string, its: Dialect) =>
    simulatedWan(its, {
      ...{ clock, http, name, ports: ["a", "b"].map((port) => `${name}:${port}`), delayMs: 100 },
      onCircuit: ({ type, circuit }: CircuitChange) => {
        changes.push(`${name} ${type} ${circuit.mbps}`);
      },
    });
  const [one, two] = [wan("one", dialect), wan("two", "nsi")];
  const drivers = {
    ...{ west: new MemoryDriver(), east: new MemoryDriver() },
    ...{ one: one.driver(), two: two.driver() },
  };
  const topology = rowTopology({ campuses, wans: ["one", "two"] });
  const agent = value(await clock.until(DcnsAgent.start({ topology, drivers, clock })));
  value(await clock.until(agent.setupPhysicalNetwork("p", campuses.map(hostAt), "100Mbps")));
  changes.splice(0);
  return { clock, agent, changes, one, two };
}

describe.each(dialects)("another rate, across a domain that speaks %s and one more", (dialect) => {
  test("is had in both", async () => {
    const { clock, agent, changes } = await start(dialect);
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps")));
    // Few IDCP servers change what is active: there, one takes the place of the other.
    const inOne = dialect === "idcp" ? ["one down 100", "one up 300"] : ["one changed 300"];
    expect(changes.filter((each) => each.startsWith("one"))).toEqual(inOne);
    expect(changes.filter((each) => each.startsWith("two"))).toEqual(["two changed 300"]);
    await clock.until(agent.close());
  });

  test("touches nothing where the other does not hold it", async () => {
    const { clock, agent, changes, one, two } = await start(dialect);
    two.sellOut("two:b");
    const refused = await clock.until(agent.modifyPhysicalNetwork("p", [], [], "300Mbps"));
    expect(errorOf(refused, "no-path").refusals?.map(({ domain }) => domain)).toEqual(["two"]);
    await clock.advance(1_000_000);
    expect(changes).toEqual([]);
    expect([one, two].map(({ server }) => server.ids.length)).toEqual([1, 1]);
    expect(value(agent.getNetworkInfo("p")).state).toBe("active");
    // Nor is anything held on: what was refused to us is there for others, and for us.
    value(await clock.until(agent.modifyPhysicalNetwork("p", [], [], "50Mbps")));
    value(await clock.until(agent.teardownPhysicalNetwork("p")));
    expect([one, two].map(({ server }) => server.ids.length)).toEqual([0, 0]);
    await clock.until(agent.close());
  });

  test("is held here as it is promised there: in whole megabits", async () => {
    const { clock, agent, one, two } = await start(dialect);
    const setUp = (name: string, rate: string) =>
      clock.until(agent.setupPhysicalNetwork(name, campuses.map(hostAt), rate));
    // 100 and 501 of the gigabit of each link are promised then.
    value(await setUp("q", "500.5Mbps"));
    const refused = errorOf(await setUp("r", "399.2Mbps"), "no-path");
    expect(refused.refusals).toBeUndefined();
    expect([one, two].map(({ server }) => server.ids.length)).toEqual([2, 2]);
    // What is promised already is there for more of the same.
    value(await clock.until(agent.modifyPhysicalNetwork("q", [], [], "501Mbps")));
    value(await setUp("r", "398.2Mbps"));
    expect(errorOf(await setUp("s", "1kbps"), "no-path").refusals).toBeUndefined();
    await clock.until(agent.close());
  });
});
