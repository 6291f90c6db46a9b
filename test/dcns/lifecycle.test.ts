import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../src/agent/agent-event.ts";
import { DcnsAgent } from "../../src/dcns.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const pair = ["s1a:eth1", "s2a:eth1"] as const;

describe("events", () => {
  test("tell of switches, and of every state of a network, in order", async () => {
    await using bed = await Testbed.start();
    expect(bed.events.map(({ type }) => type)).toEqual(Array(4).fill("node-up"));
    bed.events.length = 0;
    await bed.setUp("p", pair, 1e6, 101);
    await bed.modify("p", ["s3a:eth1"], []);
    await bed.tearDown("p");
    expect(bed.events).toEqual([
      ...[
        { state: "provisioning", generation: 1 },
        { state: "active", generation: 1 },
        { state: "modifying", generation: 2 },
        { state: "active", generation: 2 },
        { state: "releasing", generation: 2 },
      ].map((what) => ({ type: "network-state", project: "p", ...what })),
      { type: "network-removed", project: "p" },
    ]);
  });

  test("tell of a setup that was undone", async () => {
    await using bed = await Testbed.start();
    bed.events.length = 0;
    const fault = { type: "reject", kind: "flow-mod-failed", code: "table-full" } as const;
    bed.fabric.switchOf("s1").faults.add({ on: "flow-mod", fault });
    // There is one way only for so much, with one tag.
    errorOf(
      await bed.run(bed.agent.setupPhysicalNetwork("p", pair, "4Gbps", 101)),
      "driver-failed",
    );
    expect(bed.events.map(({ type }) => type)).toEqual(["network-state", "network-removed"]);
  });

  test("can be listened to by type, and iterated until the agent closes", async () => {
    const bed = await Testbed.start();
    const states: string[] = [];
    using _ = bed.agent.events.on("network-state", ({ state }) => states.push(state));
    const read: AgentEvent["type"][] = [];
    const events = bed.agent.events;
    const reading = (async () => {
      for await (const { type } of events) read.push(type);
    })();
    await bed.setUp("p", pair, 1e6);
    await bed[Symbol.asyncDispose]();
    await bed.run(reading);
    expect(states).toEqual(["provisioning", "active"]);
    expect(read).toEqual(["network-state", "network-state"]);
  });

  test("a call made from a listener works", async () => {
    await using bed = await Testbed.start();
    const agent = bed.agent;
    const second = new Promise<void>((resolve) => {
      agent.events.on("network-state", ({ project, state }) => {
        if (project !== "p" || state !== "active") return;
        void agent.setupPhysicalNetwork("q", pair, 1e6).then((result) => {
          value(result);
          resolve();
        });
      });
    });
    await bed.setUp("p", pair, 1e6);
    await bed.run(second);
    for (const info of agent.listNetworks()) bed.expectWhole(info);
  });
});

describe("close", () => {
  test("leaves the data plane forwarding, and sends switches nothing", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s2b:eth1", "s3a:eth1"], 1e6, 101);
    const held = bed.held();
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    await bed.run(bed.agent.close());
    await bed.clock.advance(60_000);
    expect(mods.count).toBe(0);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(info);
  });

  test("leaves no listener of a caller's signal, nor of the process", async () => {
    const before = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const bed = await Testbed.start({ faults: { delay: 1, maxDelayMs: 9 } });
    const { signal } = new AbortController();
    const { agent } = bed;
    const late = new AbortController();
    const listened: number[] = [];
    const calls = [
      agent.setupPhysicalNetwork("p", pair, 1e6, undefined, { signal }),
      agent.setupPhysicalNetwork("p", pair, 1e6, undefined, { signal: late.signal }),
      agent.verifyNetwork("p", { signal, dataPlane: true }),
      agent.modifyPhysicalNetwork("p", ["s3a:eth1"], [], undefined, undefined, { signal }),
      agent.getNetworkStatistics("p", { signal }),
      agent.teardownPhysicalNetwork("p", { signal }),
    ].map((call) => call.map(() => undefined));
    listened.push(getEventListeners(signal, "abort").length);
    await bed.clock.advance(2);
    late.abort();
    await bed.run(Promise.all(calls));
    void agent.setupPhysicalNetwork("q", pair, 1e6, undefined, { signal });
    await bed.run(agent.close());
    listened.push(getEventListeners(signal, "abort").length);
    listened.push(getEventListeners(late.signal, "abort").length);
    await bed[Symbol.asyncDispose]();
    expect(listened).toEqual([1, 0, 0]);
    expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(before);
  });

  test("is idempotent, also when called twice at once", async () => {
    await using bed = await Testbed.start();
    await bed.run(Promise.all([bed.agent.close(), bed.agent.close()]));
    await bed.run(bed.agent.close());
  });

  test("every call after it is refused, and what was known can still be read", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", pair, 1e6, 101);
    const agent = bed.agent;
    await bed.run(agent.close());
    const calls = [
      agent.setupPhysicalNetwork("q", pair, 1e6),
      agent.modifyPhysicalNetwork("p", ["s3a:eth1"], []),
      agent.teardownPhysicalNetwork("p"),
      agent.verifyNetwork("p"),
      agent.updateTopology(bed.topology),
    ];
    for (const call of calls)
      expect(errorOf(await call.map(() => 0), "closed").what).toBe("the agent");
    expect(agent.listNetworks()).toEqual([info]);
  });

  test("undoes a setup under way, and the caller hears that the agent closed", async () => {
    for (const afterMs of [0, 1, 5, 12, 20]) {
      await using bed = await Testbed.start({ seed: afterMs, faults: { delay: 1, maxDelayMs: 9 } });
      const call = bed.agent.setupPhysicalNetwork("p", ["s1a:eth1", "s3a:eth1"], 1e6, 101);
      await bed.clock.advance(afterMs);
      const [result] = await bed.run(Promise.all([call, bed.agent.close()]));
      if (result.isOk()) throw new Error(`a setup needs less than ${afterMs} ms`);
      expect(errorOf(result, "closed").what).toBe("the agent");
      expect(bed.held()).toEqual({});
      bed.expectForeignUntouched();
    }
  });

  test("ends calls that wait, and they never run", async () => {
    await using bed = await Testbed.start({ faults: { delay: 1, maxDelayMs: 9 } });
    const calls = Promise.all([
      bed.agent.setupPhysicalNetwork("p", pair, 1e6),
      bed.agent.setupPhysicalNetwork("p", pair, 1e6),
      bed.agent.teardownPhysicalNetwork("p").map(() => undefined),
    ]);
    await bed.clock.advance(2);
    await bed.run(bed.agent.close());
    for (const result of await calls)
      errorOf(
        result.map(() => undefined),
        "closed",
      );
    expect(bed.held()).toEqual({});
  });

  test("a network that stood is found again by the next agent", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", pair, 1e6, 101);
    await bed.run(bed.agent.close());
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    await bed.restart();
    expect(bed.agent.listNetworks()).toEqual([info]);
    bed.expectWhole(info);
    expect(mods.count).toBe(0);
  });
});

describe("DcnsAgent.start", () => {
  test("a driver that cannot be attached is an error", async () => {
    await using bed = await Testbed.start();
    const { topology, clock } = bed;
    const closed = new (await import("../../src/drivers/memory.ts")).MemoryDriver();
    await closed.close();
    const result = await DcnsAgent.start({ topology, clock, drivers: { campus: closed } });
    errorOf(
      result.map(() => undefined),
      "closed",
    );
  });
});

test("the agent says which nodes are up, those too that were there before anybody asked", async () => {
  await using bed = await Testbed.start();
  expect(bed.agent.nodesUp).toEqual(["s1", "s2", "s3", "s4"]);
  bed.fabric.switchOf("s2").disconnect("the cable was pulled");
  await bed.until(() => !bed.agent.nodesUp.some((node) => node === "s2"));
  expect(bed.agent.nodesUp).toEqual(["s1", "s3", "s4"]);
});
