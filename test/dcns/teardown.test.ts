import { describe, expect, test } from "vitest";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const pair = ["s1a:eth1", "s2a:eth1"] as const;

describe("teardownPhysicalNetwork", () => {
  test("leaves nothing of the network, and everything of the others", async () => {
    await using bed = await Testbed.start();
    const other = await bed.setUp("other", ["s1a:eth1", "s3b:eth1", "s4a:eth1"], 1e6, 102);
    const held = bed.held();
    const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1", "s3a:eth1"], 1e6, 101);
    await bed.tearDown("p");
    bed.expectGone(info);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(other);
    bed.expectForeignUntouched();
    errorOf(bed.agent.getNetworkInfo("p"), "network-not-found");
  });

  test("gives its bandwidth and its VLAN back", async () => {
    await using bed = await Testbed.start();
    for (const project of ["p", "q", "r"]) {
      const info = await bed.setUp(project, pair, "10Gbps", 101);
      bed.expectWhole(info);
      await bed.tearDown(project);
    }
    bed.expectNothingLeft();
  });

  test("a project without a network has nothing to tear down", async () => {
    await using bed = await Testbed.start();
    const result = await bed.run(bed.agent.teardownPhysicalNetwork("p"));
    expect(errorOf(result, "network-not-found").project).toBe("p");
  });

  test("a second teardown at once finds the work done", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, 1e6);
    const tearDown = () => bed.agent.teardownPhysicalNetwork("p");
    const [first, second] = await bed.run(Promise.all([tearDown(), tearDown()]));
    value(first);
    errorOf(second, "network-not-found");
    bed.expectNothingLeft();
  });

  test("while a switch is out of reach it fails, and is completed when the switch returns", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", pair, "10Gbps", 101);
    bed.fabric.switchOf("s2").disconnect();
    const result = await bed.run(bed.agent.teardownPhysicalNetwork("p"));
    const { causes } = errorOf(result, "driver-failed");
    expect(causes).toMatchObject([{ node: "s2", kind: "unreachable" }]);
    expect(bed.info("p").state).toBe("releasing");
    expect(Object.keys(bed.held())).toEqual(["s2"]);
    const refused = bed.run(bed.agent.modifyPhysicalNetwork("p", ["s3a:eth1"], []));
    expect(errorOf(await refused, "wrong-state").state).toBe("releasing");

    bed.fabric.switchOf("s2").connect();
    await bed.until(() => bed.agent.getNetworkInfo("p").isErr());
    bed.expectNothingLeft();
    bed.expectGone(info);
    expect(bed.events.filter(({ type }) => type === "network-removed")).toHaveLength(1);
    bed.expectWhole(await bed.setUp("q", pair, "10Gbps", 101));
  });

  test("what is being released is nobody else's yet", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "1Gbps", 101);
    bed.fabric.switchOf("s2").disconnect();
    await bed.run(bed.agent.teardownPhysicalNetwork("p"));
    const taken = await bed.run(bed.agent.setupPhysicalNetwork("q", ["s1a:eth1"], 1e6, 101));
    errorOf(taken, "vlan-unavailable");
  });

  test("with force it succeeds without the switch; its labels and bandwidth stay taken until it is seen clean", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "6Gbps", 101);
    bed.fabric.switchOf("s2").disconnect();
    await bed.clock.advance(10);
    await bed.tearDown("p", { force: true });
    errorOf(bed.agent.getNetworkInfo("p"), "network-not-found");
    expect(Object.keys(bed.held())).toEqual(["s2"]);

    const plan = (bw: string, vlan?: number) =>
      bed.agent.planPhysicalNetwork("q", ["s1a:eth1", "s2a:eth1"], bw, vlan);
    errorOf(plan("1Mbps", 101), "vlan-unavailable");
    errorOf(plan("6Gbps"), "no-path");
    const beside = value(plan("1Mbps"));
    expect(beside.vlan).not.toBe(101);
    expect(beside.links.map(({ label }) => label)).not.toContain(101);

    bed.fabric.switchOf("s2").connect();
    await bed.until(() => bed.events.some(({ type }) => type === "quarantine-over"));
    bed.expectNothingLeft();
    bed.expectWhole(await bed.setUp("q", pair, "6Gbps", 101));
  });

  test("a quarantine outlives the agent", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "6Gbps", 101);
    bed.fabric.switchOf("s2").disconnect();
    await bed.clock.advance(10);
    await bed.tearDown("p", { force: true });
    bed.crash();
    await bed.startAgent();
    errorOf(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101), "vlan-unavailable");
    bed.fabric.switchOf("s2").connect();
    await bed.untilAllUp();
    await bed.clock.advance(10);
    bed.expectNothingLeft();
    value(bed.agent.planPhysicalNetwork("q", pair, "10Gbps", 101));
  });

  test("with force it is as thorough as without where switches can be reached", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, 1e6, 101);
    await bed.tearDown("p", { force: true });
    bed.expectNothingLeft();
    value(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101));
  });

  test("a switch that lost power comes back empty, and the teardown is over", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, 1e6, 101);
    bed.fabric.powerOff("s2");
    const result = await bed.run(bed.agent.teardownPhysicalNetwork("p"));
    errorOf(result, "driver-failed");
    bed.fabric.powerOn("s2");
    await bed.until(() => bed.agent.listNetworks().length === 0);
    expect(bed.held()).toEqual({});
  });

  test("a teardown that a switch refuses can be called again", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, 1e6, 101);
    const fault = { type: "reject", kind: "bad-request", code: "eperm" } as const;
    bed.fabric.switchOf("s1").faults.add({ on: "flow-mod", fault });
    const result = await bed.run(bed.agent.teardownPhysicalNetwork("p"));
    expect(errorOf(result, "driver-failed").causes).toMatchObject([
      { node: "s1", kind: "rejected" },
    ]);
    expect(bed.info("p").state).toBe("releasing");
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });
});
