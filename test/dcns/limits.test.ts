import { err, errAsync, ResultAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import type { Confirmation, ProvisionOptions } from "../../src/drivers/driver-base.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import { CircuitDriver } from "../../src/drivers/oscars/driver.ts";
import type { DcnsError, DriverError } from "../../src/model/errors.ts";
import type { Segment } from "../../src/model/segment.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const pair = ["s1a:eth1", "s2a:eth1"] as const;
const misconfigured = { kind: "misconfigured", message: "nobody opens it" } as const;
const circuits = new CircuitDriver(() => errAsync(misconfigured));
const slow = { delay: 1, maxDelayMs: 40 } as const;

describe("a deadline", () => {
  test("ends a setup that a silent switch holds up, and everything is undone", async () => {
    await using bed = await Testbed.start();
    bed.fabric.switchOf("s2").faults.add({ on: "flow-mod", fault: { type: "hang" } });
    const startedMs = bed.clock.now();
    const call = bed.agent.setupPhysicalNetwork("p", pair, 1e6, 101, { timeoutMs: 700 });
    const error = errorOf(await bed.run(call), "timeout");
    expect(error).toEqual({ type: "timeout", operation: "setup", afterMs: 700 });
    expect(bed.clock.now() - startedMs).toBeLessThan(700 + 5_000 + 1_000);
    expect(bed.agent.listNetworks()).toEqual([]);
    bed.fabric.switchOf("s2").breakConnections();
    await bed.clock.advance(20_000);
    bed.expectNothingLeft();
    bed.expectWhole(await bed.setUp("p", pair, 1e6, 101));
  });

  test("is the agent's where the call has none", async () => {
    await using bed = await Testbed.start({ agent: { operationTimeoutMs: 300 } });
    bed.fabric.switchOf("s2").faults.add({ on: "barrier-request", fault: { type: "hang" } });
    const result = await bed.run(bed.agent.setupPhysicalNetwork("p", pair, 1e6));
    expect(errorOf(result, "timeout").afterMs).toBe(300);
  });

  test.each([
    { domain: "switches", timeoutMs: 30_000 },
    { domain: "a wide-area domain", timeoutMs: 180_000 },
  ])("is $timeoutMs ms for $domain where nobody says", async ({ domain, timeoutMs }) => {
    const clock = fakeClock();
    class SilentDriver extends MemoryDriver {
      readonly callTimeoutMs = domain === "switches" ? 0 : circuits.callTimeoutMs;
      override provision(_: Segment, { signal }: ProvisionOptions = {}) {
        const aborted: DriverError = { type: "aborted", operation: "provision" };
        return new ResultAsync<Confirmation, DriverError>(
          new Promise((resolve) => signal?.addEventListener("abort", () => resolve(err(aborted)))),
        );
      }
    }
    const drivers = { campus: new SilentDriver() };
    const started = DcnsAgent.start({ topology: campus(), drivers, clock });
    const agent = value(await clock.until(started));
    const call = agent.setupPhysicalNetwork("p", pair, 1e6);
    expect(errorOf(await clock.until(call), "timeout").afterMs).toBe(timeoutMs);
    await clock.until(agent.close());
  });

  test("counts while a call waits for others on its project", async () => {
    await using bed = await Testbed.start({ faults: slow });
    const first = bed.agent.setupPhysicalNetwork("p", pair, 1e6, 101);
    const second = bed.agent.modifyPhysicalNetwork("p", ["s3a:eth1"], [], undefined, undefined, {
      timeoutMs: 1,
    });
    errorOf(await bed.run(second), "timeout");
    const info = value(await bed.run(first));
    bed.expectWhole(info);
    expect(info.endpoints).toHaveLength(2);
  });

  test("leaves a network that was being modified as it was", async () => {
    await using bed = await Testbed.start();
    const before = await bed.setUp("p", pair, 1e6, 101);
    const held = bed.held();
    bed.fabric.setFaults({ delay: 1, maxDelayMs: 200 });
    const call = bed.agent.modifyPhysicalNetwork("p", ["s3a:eth1"], [], "2Mbps", 300, {
      timeoutMs: 150,
    });
    errorOf(await bed.run(call), "timeout");
    bed.fabric.setFaults({});
    await bed.clock.advance(1_000);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(before);
    expect(bed.info("p").generation).toBe(1);
  });
});

describe("an abort signal", () => {
  type Call = (agent: DcnsAgent, signal: AbortSignal) => ResultAsync<unknown, DcnsError>;
  const calls: readonly (readonly [string, Call])[] = [
    ["setup", (a, signal) => a.setupPhysicalNetwork("q", pair, 1e6, 102, { signal })],
    [
      "modify",
      (a, signal) => a.modifyPhysicalNetwork("p", ["s3a:eth1"], [], 2e6, undefined, { signal }),
    ],
    ["verify", (a, signal) => a.verifyNetwork("p", { signal })],
  ];

  test.each(calls)("that was raised before a %s ends it at once", async (operation, call) => {
    await using bed = await Testbed.start();
    const before = await bed.setUp("p", pair, 1e6, 101);
    const { commits } = bed.store;
    const nowMs = bed.clock.now();
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const result = await bed.run(call(bed.agent, AbortSignal.abort()));
    expect(errorOf(result, "aborted").operation).toBe(operation);
    expect(bed.clock.now()).toBe(nowMs);
    expect([mods.count, bed.store.commits]).toEqual([0, commits]);
    expect(bed.agent.listNetworks()).toEqual([before]);
  });

  test.each(calls)(
    "raised at any moment of a %s leaves what was, and no timer",
    async (_, call) => {
      let aborted = 0;
      for (let step = 1; step < 40; step += 3) {
        await using bed = await Testbed.start({ seed: step, faults: { delay: 1, maxDelayMs: 9 } });
        const before = await bed.setUp("p", pair, 1e6, 101);
        const held = bed.held();
        await bed.clock.advance(50);
        const timers = bed.clock.countTimers();
        const controller = new AbortController();
        let steps = 0;
        const result = await bed.run(call(bed.agent, controller.signal), () => {
          steps += 1;
          if (steps === step) controller.abort();
          bed.expectJoined(before);
        });
        if (result.isOk()) break;
        errorOf(result, "aborted");
        aborted += 1;
        await bed.clock.advance(50);
        expect(bed.held()).toEqual(held);
        expect(bed.agent.listNetworks()).toHaveLength(1);
        expect(bed.info("p")).toMatchObject({ state: "active", generation: 1 });
        expect(bed.clock.countTimers()).toBe(timers);
      }
      expect(aborted).toBeGreaterThan(2);
    },
  );

  test("raised while a call waits for others ends it at once, and it never runs", async () => {
    await using bed = await Testbed.start({ faults: slow });
    const controller = new AbortController();
    const first = bed.agent.setupPhysicalNetwork("p", pair, 1e6, 101);
    const waiting = bed.agent.teardownPhysicalNetwork("p", { signal: controller.signal });
    controller.abort();
    expect(errorOf(await bed.run(waiting), "aborted").operation).toBe("teardown");
    expect(bed.info("p").state).toBe("provisioning");
    bed.expectWhole(value(await bed.run(first)));
  });

  test("raised during a teardown ends the call, and the teardown goes on by itself", async () => {
    await using bed = await Testbed.start({ faults: slow });
    await bed.setUp("p", pair, 1e6, 101);
    const controller = new AbortController();
    const call = bed.agent.teardownPhysicalNetwork("p", { signal: controller.signal });
    await bed.clock.advance(30);
    controller.abort();
    errorOf(await bed.run(call), "aborted");
    expect(bed.info("p").state).toBe("releasing");
    await bed.until(() => bed.agent.listNetworks().length === 0);
    bed.expectNothingLeft();
  });

  test("raised after a call has ended does nothing", async () => {
    await using bed = await Testbed.start();
    const controller = new AbortController();
    const { signal } = controller;
    const info = await bed.setUp("p", pair, 1e6, 101, { signal });
    controller.abort();
    await bed.clock.advance(1_000);
    bed.expectWhole(info);
    expect(bed.info("p")).toEqual(info);
  });
});

test("no call leaves a timer, however it ends, and a closed agent has none", async () => {
  const bed = await Testbed.start();
  const timers = bed.clock.countTimers();
  await bed.setUp("p", pair, 1e6, 101);
  await bed.modify("p", ["s3a:eth1"], []);
  await bed.run(bed.agent.setupPhysicalNetwork("q", pair, "20Gbps"));
  await bed.run(bed.agent.setupPhysicalNetwork("p", pair, 1e6));
  await bed.run(bed.agent.verifyNetwork("p"));
  await bed.tearDown("p");
  expect(bed.clock.countTimers()).toBe(timers);
  await bed[Symbol.asyncDispose]();
  await bed.clock.settle();
  expect(bed.clock.countTimers()).toBe(0);
});
