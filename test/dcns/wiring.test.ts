import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { AgentEvent } from "../../src/index.ts";
import { MemoryListener, SimulatedFabric } from "../../src/testing/index.ts";
import { Topology } from "../../src/topology.ts";
import { campus, campusDocument } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { allOurEntries } from "../support/switch-state.ts";
import { Testbed, value } from "../support/testbed.ts";

const driver = { wiringIntervalMs: 60_000 };
const wirings = (events: readonly AgentEvent[]): readonly AgentEvent[] =>
  events.filter(({ type }) => type === "miswired" || type === "wired");

/** The campus as somebody has really cabled it: the cables at s2:4 and s4:3 are swapped. */
function swappedCampus(): Topology {
  const document = campusDocument();
  const swap: Readonly<Record<string, string>> = { "s2:4": "s4:3", "s4:3": "s2:4" };
  const links = document.links?.map((link) => ({
    ...link,
    a: swap[link.a] ?? link.a,
    b: swap[link.b] ?? link.b,
  }));
  return value(Topology.parse({ ...document, links }));
}

describe("wiring", () => {
  test("that is as the inventory says is not spoken of, and nothing stays on the switches", async () => {
    await using bed = await Testbed.start({ driver });
    const held = bed.held();
    const hosts: string[] = [];
    using _watch = bed.fabric.capture(({ to }) => {
      if (bed.fabric.hosts.has(to)) hosts.push(to);
    });
    await bed.clock.advance(300_000);
    expect(wirings(bed.events)).toEqual([]);
    expect(hosts).toEqual([]);
    expect(bed.held()).toEqual(held);
    bed.expectForeignUntouched();
  });

  test("that is not is told once for each port, with what is seen there", async () => {
    const clock = fakeClock();
    const listener = new MemoryListener({ clock });
    using fabric = new SimulatedFabric({
      topology: swappedCampus(),
      clock,
      dial: (answer) => listener.dial(answer),
    });
    const openflow = new OpenFlowDriver({ listen: listener, ...driver });
    const start = DcnsAgent.start({ topology: campus(), drivers: { campus: openflow }, clock });
    const agent = value(await clock.until(start));
    const events: AgentEvent[] = [];
    agent.events.subscribe((event) => events.push(event));
    fabric.connect();
    await clock.advance(200_000);
    const told = wirings(events)
      .map((event) => JSON.stringify(event))
      .sort();
    expect(told).toEqual(
      [
        { type: "miswired", node: "s2", port: "s2:4", expected: "s3:3", seen: "s3:4" },
        { type: "miswired", node: "s3", port: "s3:3", expected: "s2:4", seen: "s4:3" },
        { type: "miswired", node: "s3", port: "s3:4", expected: "s4:3", seen: "s2:4" },
        { type: "miswired", node: "s4", port: "s4:3", expected: "s3:4", seen: "s3:3" },
      ]
        .map((event) => JSON.stringify(event))
        .sort(),
    );
    expect(agent.listNetworks()).toEqual([]);
    expect(allOurEntries(fabric)).toEqual({});
    await clock.until(agent.close());
  });

  test("that lets nothing through is told, and again when it does", async () => {
    await using bed = await Testbed.start({ driver });
    bed.fabric.setSilentLoss("s1-s2", true);
    await bed.clock.advance(130_000);
    expect(wirings(bed.events)).toEqual([
      { type: "miswired", node: "s1", port: "s1:3", expected: "s2:3" },
      { type: "miswired", node: "s2", port: "s2:3", expected: "s1:3" },
    ]);
    bed.fabric.setSilentLoss("s1-s2", false);
    await bed.clock.advance(130_000);
    expect(wirings(bed.events).slice(2)).toEqual([
      { type: "wired", node: "s1", port: "s1:3" },
      { type: "wired", node: "s2", port: "s2:3" },
    ]);
  });

  test("of links that are known to be down, or whose switch is away, is not judged", async () => {
    await using bed = await Testbed.start({ driver });
    bed.fabric.setLink("s1-s2", false);
    bed.fabric.switchOf("s4").disconnect();
    await bed.clock.advance(200_000);
    expect(wirings(bed.events)).toEqual([]);
  });
});

test("wiring is compared on demand, too, and gives every port that could be asked", async () => {
  const clock = fakeClock();
  const listener = new MemoryListener({ clock });
  using fabric = new SimulatedFabric({
    topology: swappedCampus(),
    clock,
    dial: (answer) => listener.dial(answer),
  });
  const openflow = new OpenFlowDriver({ listen: listener });
  const start = DcnsAgent.start({ topology: campus(), drivers: { campus: openflow }, clock });
  const agent = value(await clock.until(start));
  fabric.connect();
  await clock.advance(1_000);
  const findings = (await clock.until(openflow.verifyWiring()))._unsafeUnwrap();
  expect(findings).toHaveLength(8);
  const wrong = findings.filter(({ expected, seen }) => seen !== expected).map(({ port }) => port);
  expect(wrong.sort()).toEqual(["s2:4", "s3:3", "s3:4", "s4:3"]);
  expect(allOurEntries(fabric)).toEqual({});
  await clock.until(agent.close());
});
