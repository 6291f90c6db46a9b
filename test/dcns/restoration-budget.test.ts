import { expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { portOf } from "../../src/model/ids.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { TellingDriver } from "../support/telling-driver.ts";
import { value } from "../support/testbed.ts";

const NETWORKS = 6;

/** When networks have moved that lose their link at once, where each look at the clock takes a millisecond. */
async function movedAt(restorationBudgetMs: number): Promise<ReadonlyMap<string, number>> {
  const fake = fakeClock();
  let looks = 0;
  const clock = { ...fake, steadyNow: () => fake.now() + ++looks };
  const driver = new TellingDriver();
  driver.domain.delayMs = 10;
  const drivers = { campus: driver };
  const options = { topology: campus(), drivers, clock, restorationBudgetMs };
  const agent = value(await fake.until(DcnsAgent.start(options)));
  for (let index = 0; index < NETWORKS; index += 1) {
    const restored = { protection: "restore", priority: index % 3 } as const;
    const ends = ["s1a:eth1", "s2a:eth1"];
    const asked = agent.setupPhysicalNetwork(`p${index}`, ends, "10Mbps", 101 + index, restored);
    value(await fake.until(asked));
  }
  const moved = new Map<string, number>();
  agent.events.on("network-rerouted", ({ project }) => moved.set(project, fake.now()));
  driver.tell({ type: "port-state", port: portOf("s1", "3"), up: false });
  await fake.advance(10_000);
  await fake.until(agent.close());
  return moved;
}

test("networks that lose their link together move together", async () => {
  const moved = await movedAt(10_000);
  expect([moved.size, new Set(moved.values()).size]).toEqual([NETWORKS, 1]);
});

test("what cannot be planned in time is planned in the next round, by priority, and all are moved", async () => {
  const moved = await movedAt(2);
  expect([moved.size, new Set(moved.values()).size > 2]).toEqual([NETWORKS, true]);
  const priorities = [...moved].sort(([, a], [, b]) => a - b).map(([p]) => Number(p.slice(1)) % 3);
  expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
});
