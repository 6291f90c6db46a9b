import { describe, expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const pair = ["s1a:eth1", "s2a:eth1"] as const;

describe("an agent takes on no more than its limits", () => {
  test("of networks: one more is refused, and finds room when another is gone", async () => {
    await using bed = await Testbed.start({ agent: { limits: { maxNetworks: 2 } } });
    await bed.setUp("p", pair, 1e6);
    await bed.setUp("q", pair, 1e6);
    const held = bed.held();
    const refused = await bed.run(bed.agent.setupPhysicalNetwork("r", pair, 1e6));
    expect(errorOf(refused, "limit-reached")).toEqual({
      ...{ type: "limit-reached", what: "networks", limit: 2 },
    });
    expect(bed.held()).toEqual(held);
    value(await bed.run(bed.agent.setupPhysicalNetwork("q", pair, 1e6)));
    value(await bed.run(bed.agent.modifyPhysicalNetwork("q", ["s3a:eth1"], [])));
    value(await bed.run(bed.agent.teardownPhysicalNetwork("p")));
    bed.expectWhole(await bed.setUp("r", pair, 1e6));
  });

  test("of networks that are asked for at once", async () => {
    await using bed = await Testbed.start({ agent: { limits: { maxNetworks: 3 } } });
    const calls = ["p", "q", "r", "s", "t"].map((project) =>
      bed.agent.setupPhysicalNetwork(project, pair, 1e6),
    );
    const outcomes = await bed.run(Promise.all(calls));
    expect(outcomes.filter((one) => one.isOk())).toHaveLength(3);
    expect(bed.agent.listNetworks()).toHaveLength(3);
  });

  test("of calls: one more is refused at once, whatever it waits for", async () => {
    await using bed = await Testbed.start({
      agent: { limits: { maxCalls: 2 } },
      faults: { delay: 1, maxDelayMs: 40 },
    });
    const first = bed.agent.setupPhysicalNetwork("p", pair, 1e6);
    const second = bed.agent.modifyPhysicalNetwork("p", ["s3a:eth1"], []);
    const third = await bed.agent.setupPhysicalNetwork("q", pair, 1e6);
    expect(errorOf(third, "limit-reached").what).toBe("calls");
    value(await bed.run(first));
    value(await bed.run(second));
    value(await bed.run(bed.agent.setupPhysicalNetwork("q", pair, 1e6)));
  });

  test("of networks that are probed: further ones wait, and give up when their time is over", async () => {
    await using bed = await Testbed.start({ agent: { limits: { maxProbes: 2 } } });
    const projects = ["p", "q", "r", "s", "t"];
    for (const project of projects) await bed.setUp(project, pair, 1e6);
    const probed = new Set<string>();
    let most = 0;
    const look = (): void => {
      const flows = bed.fabric.flowsOf("s1").filter(({ priority }) => priority >= 65_000);
      // Each run has two addresses, which differ in the last octet.
      const runs = new Set(
        flows.flatMap(({ match }) =>
          match.flatMap((field) => (field.field === "eth_dst" ? field.value.slice(0, -3) : [])),
        ),
      );
      for (const run of runs) probed.add(run);
      most = Math.max(most, runs.size);
    };
    const calls = projects.map((project, n) =>
      bed.agent.verifyNetwork(project, {
        dataPlane: true,
        ...(n === 4 && { timeoutMs: 50 }),
      }),
    );
    const outcomes = await bed.run(Promise.all(calls), look);
    expect(outcomes.map((one) => one.isOk())).toEqual([true, true, true, true, false]);
    for (const outcome of outcomes.slice(0, 4)) {
      expect(value(outcome).dataPlane?.complete).toBe(true);
    }
    expect(probed.size).toBe(4);
    expect(most).toBe(2);
  });

  test("of what is held back for nodes that are away: changes begin again when they return", async () => {
    await using bed = await Testbed.start({ agent: { limits: { maxQuarantines: 1 } } });
    await bed.setUp("p", pair, 1e6);
    await bed.setUp("q", ["s3a:eth1", "s1a:eth1"], 1e6);
    bed.fabric.switchOf("s2").disconnect();
    await bed.clock.advance(20_000);
    value(await bed.run(bed.agent.teardownPhysicalNetwork("p", { force: true })));
    const refused = await bed.run(bed.agent.modifyPhysicalNetwork("q", [], [], 2e6));
    expect(errorOf(refused, "limit-reached").what).toBe("quarantines");
    expect(bed.info("q")).toMatchObject({ state: "active", bandwidth: 1e6 });
    bed.fabric.connect();
    await bed.untilAllUp();
    await bed.clock.advance(1_000);
    value(await bed.run(bed.agent.modifyPhysicalNetwork("q", [], [], 2e6)));
    bed.expectWhole(await bed.setUp("p", pair, 1e6));
  });
});

test.each([{ maxNetworks: 0 }, { maxCalls: 1.5 }, { maxQuarantines: "many" }, { maxFoo: 1 }])(
  "limits that are none are refused: %j",
  async (limits) => {
    await using bed = await Testbed.start();
    const options: unknown = { topology: bed.topology, drivers: {}, limits };
    const started = await Reflect.apply(DcnsAgent.start, DcnsAgent, [options]);
    expect(errorOf(started, "invalid-request").faults).toMatchObject([
      { path: ["limits", Object.keys(limits)[0]] },
    ]);
  },
);
