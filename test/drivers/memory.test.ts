import { describe, expect, test } from "vitest";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import { MemoryDomain } from "../../src/drivers/memory-domain.ts";
import { nodeId } from "../../src/model/ids.ts";
import type { Segment } from "../../src/model/segment.ts";
import { conformanceDomain, pairSegment } from "../../src/testing/conformance-segments.ts";
import {
  type ConformanceSubject,
  driverConformance,
} from "../../src/testing/driver-conformance.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";

async function attached(
  world: MemoryDomain,
  clock: FakeClock,
  segments: readonly Segment[] = [],
): Promise<MemoryDriver> {
  const driver = new MemoryDriver(world);
  (await driver.attach({ domain: conformanceDomain, clock, segments }))._unsafeUnwrap();
  return driver;
}

function subjectOf(
  world: MemoryDomain,
  clock: FakeClock,
  driver: MemoryDriver,
): ConformanceSubject {
  return {
    driver,
    until: (promise) => clock.until(promise),
    setReachable: async (node, reachable) => world.setReachable(node, reachable),
    forget: async (node) => world.forget(node),
    restart: async (segments) => {
      await driver.close();
      return subjectOf(world, clock, await attached(world, clock, segments));
    },
    timers: () => clock.countTimers(),
  };
}

describe("the memory driver", () => {
  const pair = pairSegment("pair", 1);

  test.each(driverConformance)("$name", async ({ run }) => {
    const [world, clock] = [new MemoryDomain(), fakeClock()];
    await run(subjectOf(world, clock, await attached(world, clock)));
  });

  test("can be told to refuse", async () => {
    const [world, clock] = [new MemoryDomain(), fakeClock()];
    const driver = await attached(world, clock);
    world.rejectNext("no room");
    const error = (await driver.provision(pair))._unsafeUnwrapErr();
    expect(error).toMatchObject({ causes: [{ node: "n1", kind: "rejected", message: "no room" }] });
    expect((await driver.provision(pair)).isOk()).toBe(true);
  });

  test("can be told to take its time, within which a deadline strikes", async () => {
    const [world, clock] = [new MemoryDomain(), fakeClock()];
    const driver = await attached(world, clock);
    world.delayMs = 100;
    const late = await clock.until(driver.provision(pair, { timeoutMs: 50 }));
    expect(late._unsafeUnwrapErr()).toEqual({
      type: "timeout",
      operation: "provision",
      afterMs: 50,
    });
    expect(clock.countTimers()).toBe(0);
    expect((await clock.until(driver.provision(pair))).isOk()).toBe(true);
  });

  test("shows what its nodes hold", async () => {
    const [world, clock] = [new MemoryDomain(), fakeClock()];
    const driver = await attached(world, clock);
    await driver.provision(pair);
    expect([...world.segments]).toEqual(["pair"]);
    expect(world.at(nodeId("n2")).get(pair.id)?.rules).toEqual(pair.nodes[1]?.rules);
  });
});
