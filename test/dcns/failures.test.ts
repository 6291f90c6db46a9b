import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/testing/index.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const hosts = ["s1a:eth1", "s2b:eth1", "s3a:eth1"] as const;

const full = (kind: "flow" | "group" | "meter"): Fault => {
  const kinds = {
    flow: { kind: "flow-mod-failed", code: "table-full" },
    group: { kind: "group-mod-failed", code: "out-of-groups" },
    meter: { kind: "meter-mod-failed", code: "out-of-meters" },
  } as const;
  return { type: "reject", ...kinds[kind] };
};

describe("a setup that fails", () => {
  test.each([
    ["flow", "s1"],
    ["flow", "s3"],
    ["group", "s2"],
    ["meter", "s2"],
  ] as const)(
    "because %s is refused by %s names the node and the reason, and is rolled back",
    async (kind, node) => {
      await using bed = await Testbed.start();
      const fault = full(kind);
      bed.fabric.switchOf(node).faults.add({ on: `${kind}-mod`, fault });
      const setUp = () => bed.agent.setupPhysicalNetwork("p", hosts, "4Gbps", 101);
      const { domain, causes, pending } = errorOf(await bed.run(setUp()), "driver-failed");
      expect(domain).toBe("campus");
      expect(new Set(causes.map((cause) => cause.node))).toEqual(new Set([node]));
      expect(causes[0]?.kind).toBe("rejected");
      expect(causes[0]?.message).toContain(fault.type === "reject" ? String(fault.code) : "");
      expect(pending).toEqual([]);
      bed.expectNothingLeft();
      bed.expectWhole(value(await bed.run(setUp())));
    },
  );

  test("on the last of many messages is rolled back as well", async () => {
    await using bed = await Testbed.start();
    const fault = full("flow");
    bed.fabric.switchOf("s2").faults.add({ on: "flow-mod", nth: 4, fault });
    // So fast that there is one tree only.
    const result = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, "4Gbps", 101));
    expect(errorOf(result, "driver-failed").causes).toMatchObject([{ node: "s2" }]);
    bed.expectNothingLeft();
  });

  test.each(["flow-mod", "meter-mod", "barrier-request", "multipart-request"] as const)(
    "because a switch hangs up at a %s is an error; the switch is clean when it returns",
    async (on) => {
      await using bed = await Testbed.start();
      bed.fabric.switchOf("s2").faults.add({ on, fault: { type: "disconnect" } });
      const result = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, "4Gbps", 101));
      const { causes } = errorOf(result, "driver-failed");
      expect(causes).toMatchObject([{ node: "s2", kind: "unreachable" }]);
      expect(bed.agent.listNetworks()).toEqual([]);
      await bed.untilAllUp();
      await bed.clock.advance(10);
      bed.expectNothingLeft();
      value(bed.agent.planPhysicalNetwork("q", hosts, "5Gbps", 101));
    },
  );

  test("because a switch is gone for good holds its labels there, and says which node is pending", async () => {
    await using bed = await Testbed.start();
    const at = bed.fabric.switchOf("s2");
    const hangUp = at.observe((event) => {
      if (event.type === "message" && event.message.type === "flow-mod") at.disconnect();
    });
    const result = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, 1e6, 101));
    hangUp[Symbol.dispose]();
    expect(errorOf(result, "driver-failed").pending).toEqual(["s2"]);
    const again = bed.agent.planPhysicalNetwork("q", ["s1a:eth1", "s2a:eth1"], 1e6, 101);
    errorOf(again, "vlan-unavailable");
    at.connect();
    await bed.until(() => bed.events.some(({ type }) => type === "quarantine-over"));
    bed.expectNothingLeft();
    value(bed.agent.planPhysicalNetwork("q", ["s1a:eth1", "s2a:eth1"], 1e6, 101));
  });

  test("because a switch never connected is an error, and nothing stays behind", async () => {
    await using bed = await Testbed.start();
    bed.fabric.switchOf("s3").disconnect();
    await bed.clock.advance(10);
    const result = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, 1e6, 101));
    expect(errorOf(result, "driver-failed").causes).toMatchObject([
      { node: "s3", kind: "unreachable" },
    ]);
    bed.expectNothingLeft();
  });

  test("because a switch confirms a flow that it does not hold is not taken for a success", async () => {
    await using bed = await Testbed.start();
    for (const nth of [1, 2, 3, 4, 5, 6, 7, 8]) {
      bed.fabric.switchOf("s1").faults.add({ on: "flow-mod", nth, fault: { type: "forget" } });
    }
    const result = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, 1e6, 101));
    expect(errorOf(result, "driver-failed").causes).toMatchObject([
      { node: "s1", kind: "not-confirmed" },
    ]);
    bed.expectNothingLeft();
  });

  test("but a flow that is forgotten once is installed again, and the network stands", async () => {
    await using bed = await Testbed.start();
    bed.fabric.switchOf("s1").faults.add({ on: "flow-mod", fault: { type: "forget" } });
    const info = await bed.setUp("p", hosts, 1e6, 101);
    bed.expectWhole(info);
  });

  test("at two nodes names both", async () => {
    await using bed = await Testbed.start();
    for (const node of ["s1", "s3"]) {
      bed.fabric.switchOf(node).faults.add({ on: "flow-mod", fault: full("flow") });
    }
    const result = await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, 1e6, 101));
    const { causes } = errorOf(result, "driver-failed");
    expect(causes.map(({ node }) => node).sort()).toEqual(["s1", "s3"]);
    bed.expectNothingLeft();
  });

  test("does not disturb the networks that stand", async () => {
    await using bed = await Testbed.start();
    const other = await bed.setUp("other", hosts, 1e6, 102);
    const held = bed.held();
    bed.fabric.switchOf("s2").faults.add({ on: "flow-mod", nth: 2, fault: full("flow") });
    await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, 1e6, 101), () =>
      bed.expectWhole(other),
    );
    expect(bed.held()).toEqual(held);
  });
});

describe("a modify that fails", () => {
  test("because a switch hangs up goes back, and the switch is as before when it returns", async () => {
    await using bed = await Testbed.start();
    const before = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101);
    const held = bed.held();
    bed.fabric.switchOf("s2").faults.add({ on: "flow-mod", fault: { type: "disconnect" } });
    const result = await bed.run(bed.agent.modifyPhysicalNetwork("p", ["s3a:eth1"], []), () =>
      bed.expectJoined(before),
    );
    errorOf(result, "driver-failed");
    expect(bed.info("p").generation).toBe(1);
    await bed.untilAllUp();
    await bed.clock.advance(10);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(before);
    const grown = await bed.modify("p", ["s3a:eth1"], []);
    bed.expectWhole(grown);
  });
});

describe("a fault of the fabric", () => {
  test("a network whose link is down is degraded, and active when it is up again", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101);
    bed.fabric.setLink("s1-s2", false);
    await bed.until(() => bed.info("p").state === "degraded");
    bed.fabric.setLink("s1-s2", true);
    await bed.until(() => bed.info("p").state === "active");
    const told = bed.events.flatMap((event) => {
      if (event.type === "link-state") return [`${event.link} ${event.up}`];
      return event.type === "network-state" ? [event.state] : [];
    });
    expect(told).toEqual([
      "provisioning",
      "active",
      "s1-s2 false",
      "degraded",
      "s1-s2 true",
      "active",
    ]);
  });

  test("new networks go around a link that is down", async () => {
    await using bed = await Testbed.start();
    bed.fabric.setLink("s1-s2", false);
    await bed.until(() => bed.events.some(({ type }) => type === "link-state"));
    const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101);
    expect(info.links.map(({ id }) => id)).toEqual(["s1-s4", "s2-s3", "s4-s3"]);
    bed.expectWhole(info);
  });

  test("a switch that lost its power is given back what it should hold, and that is told", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", hosts, 1e6, 101);
    const held = bed.held();
    bed.fabric.powerOff("s2");
    await bed.clock.advance(100);
    expect(bed.events.filter(({ type }) => type === "node-down")).toMatchObject([{ node: "s2" }]);
    bed.fabric.powerOn("s2");
    await bed.untilAllUp();
    await bed.until(() => bed.info("p").state === "active");
    bed.expectWhole(info);
    expect(bed.held()).toEqual(held);
    expect(bed.events.find(({ type }) => type === "drift")).toMatchObject({
      node: "s2",
      repaired: true,
    });
  });
});
