import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type OfVersion, OPENFLOW_1_0, OPENFLOW_1_3 } from "../../src/drivers/openflow/index.ts";
import { ControllerProxy, type MessageName } from "../lab/controller-proxy.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speakingOnly } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import {
  eventually,
  heldByUs,
  lostForeign,
  type Scenario,
  startScenario,
  value,
} from "../lab/scenario.ts";

/** Two hosts at s1, which is the switch that goes away, and one at each of the others. */
const line = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s2-s3": ["s2:11", "s3:10"] },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s2:1",
    "es4:eth1": "s3:1",
  },
});
/** What fits when nothing else is promised: each port must hold what the three others flood. */
const MOST = "333Mbps";
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1"];
/** Before which message the wire is cut, and before which of its kind. */
type Cut = readonly [MessageName, number];
const common: readonly Cut[] = [
  ["flowMod", 0],
  ["flowMod", 2],
  ["barrierRequest", 0],
  ["multipartRequest", 0],
];
/** Before the bundle is opened, and before it is committed. */
const bundles: readonly Cut[] = [
  ["bundleControl", 0],
  ["bundleControl", 1],
];
const all: readonly Cut[] = [["meterMod", 0], ["groupMod", 0], ...common, ...bundles];

/** With 1.0 there are no meters, groups and bundles; of what came after 1.3 bundles are other messages. */
function cutsOf(version: OfVersion): readonly Cut[] {
  if (version === OPENFLOW_1_0) return common;
  return version === OPENFLOW_1_3 ? all : bundles;
}

describeWithOvs("a switch that is cut off from the agent, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    let scenario: Scenario;
    let proxy: ControllerProxy;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(line, {
        ...speakingOnly(spoken),
        connect: async (lab) => {
          proxy = await ControllerProxy.start(lab.controller.host, lab.controller);
          await lab.connect({ bridges: ["s2", "s3"] });
          await lab.connect(toProxy());
        },
      });
      ports = await Promise.all(members.map((member) => scenario.lab.framePort(member)));
    });
    afterEach(async () => {
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });
    afterAll(async () => {
      await scenario?.[Symbol.asyncDispose]();
      await proxy?.close();
    });

    const toProxy = () => ({ bridges: ["s1"], port: proxy.port });

    /** Lets the switch back in. */
    async function mend(): Promise<void> {
      proxy.mend();
      await scenario.lab.connect(toProxy());
    }

    /** Who hears a broadcast of the first host. */
    async function audience(): Promise<readonly string[]> {
      await scenario.lab.settle();
      await ports[0]?.send({ dst: BROADCAST, src: "02:00:00:00:00:01", vlan: 101 });
      const seen = Object.entries(await takeAll(ports));
      return seen.flatMap(([name, frames]) => frames.map(() => name));
    }

    async function setUpAtLast(): Promise<void> {
      const { agent } = scenario;
      await eventually(async () => {
        return (await agent.setupPhysicalNetwork("projectA", members, MOST, 101)).isOk();
      });
      expect(await audience()).toEqual(["es2:eth1", "es3:eth1", "es4:eth1"]);
      value(await agent.teardownPhysicalNetwork("projectA"));
    }

    test.each(cutsOf(spoken.version))(
      "before %s %i fails the setup, and is clean when it returns",
      async (name, last) => {
        const { agent } = scenario;
        proxy.cutBefore((message) => message.name === name && message.index === last);
        const failed = await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101);
        expect(proxy.isCut).toBe(true);
        expect(failed._unsafeUnwrapErr()).toMatchObject({
          type: "driver-failed",
          causes: [{ node: "s1", kind: "unreachable" }],
          pending: ["s1"],
        });
        expect(agent.getNetworkInfo("projectA").isErr()).toBe(true);
        await mend();
        await eventually(async () => (await heldByUs(scenario)).length === 0);
        await setUpAtLast();
      },
    );

    test("gets back what it lost meanwhile, and keeps what is somebody else's", async () => {
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101));
      const held = await heldByUs(scenario);
      proxy.cut();
      await lab.ofctl(["del-flows", "s1", "cookie=0xdc05000000000000/0xffff000000000000"]);
      expect(await audience()).toEqual([]);
      await mend();
      await eventually(async () => (await heldByUs(scenario)).length === held.length);
      expect(value(await agent.verifyNetwork("projectA")).consistent).toBe(true);
      expect(await audience()).toEqual(["es2:eth1", "es3:eth1", "es4:eth1"]);
      value(await agent.teardownPhysicalNetwork("projectA"));
    });

    // Its seconds are the agent's, which knows no version of a switch that is away.
    if (spoken.version <= OPENFLOW_1_3) {
      test("forwards on, holds up a teardown, and is cleaned after a forced one when it returns", async () => {
        const { agent } = scenario;
        value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101));
        proxy.cut();
        expect(await audience()).toEqual(["es2:eth1", "es3:eth1", "es4:eth1"]);
        const held = await agent.teardownPhysicalNetwork("projectA", { timeoutMs: 500 });
        expect(held.isErr()).toBe(true);
        expect(value(agent.getNetworkInfo("projectA")).state).toBe("releasing");
        value(await agent.teardownPhysicalNetwork("projectA", { force: true }));
        expect(agent.getNetworkInfo("projectA").isErr()).toBe(true);

        const tooEarly = await agent.setupPhysicalNetwork(
          "projectB",
          ["es1:eth1", "es2:eth1"],
          1e6,
          101,
        );
        expect(tooEarly.isErr()).toBe(true);
        await mend();
        await eventually(async () => (await heldByUs(scenario)).length === 0);
        await setUpAtLast();
      });
    }
  });
});
