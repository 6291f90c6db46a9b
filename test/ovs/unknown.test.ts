import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_0, OPENFLOW_1_3 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { ControllerProxy, messageName } from "../lab/controller-proxy.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import type { FramePort } from "../lab/frame-port.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1" },
});
const members = ["es1:eth1", "es2:eth1"] as const;
const VLAN = 101;
const HEADER_SIZE = 8;
/** The same in all versions. */
const ERROR_TYPE = 1;
/** OpenFlow 1.3, section 7.3.5: where the flags stand and where what was asked for begins. */
const MULTIPART = { flagsAt: 10, bodyAt: 16, more: 1 };
/** OpenFlow 1.0, section 5.3.5. */
const STATISTICS = { ...MULTIPART, bodyAt: 12 };

/** Says, in place of an answer, that the switch will not give it. */
function refused(reply: Buffer): Buffer {
  const error = Buffer.alloc(HEADER_SIZE + 4);
  reply.copy(error, 0, 0, HEADER_SIZE);
  error.writeUInt8(ERROR_TYPE, 1);
  error.writeUInt16BE(error.length, 2);
  error.writeUInt16BE(1, HEADER_SIZE); // OFPET_BAD_REQUEST
  error.writeUInt16BE(5, HEADER_SIZE + 2); // OFPBRC_EPERM
  return error;
}

/** Leaves of an answer its first part, which has nothing in it and says that more follows. */
function begun(reply: Buffer): Buffer {
  const { flagsAt, bodyAt, more } = reply.readUInt8(0) === OPENFLOW_1_0 ? STATISTICS : MULTIPART;
  const first = Buffer.from(reply.subarray(0, bodyAt));
  first.writeUInt16BE(first.length, 2);
  first.writeUInt16BE(more, flagsAt);
  return first;
}

const spoilers = [
  ["refuses", refused],
  ["breaks off", begun],
] as const;

describeWithOvs("a switch that does not say what it holds, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    const isLater = spoken.version > OPENFLOW_1_3;
    let scenario: Scenario;
    let driver: OpenFlowDriver;
    let proxy: ControllerProxy;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(pair, {
        lab: speaking(spoken.protocol),
        driver: (listen) => {
          const session = { versions: [spoken.version], replyTimeoutMs: 700 };
          driver = new OpenFlowDriver({ listen, session });
          return driver;
        },
        connect: async (lab) => {
          proxy = await ControllerProxy.start(lab.controller.host, lab.controller);
          await lab.connect({ bridges: ["s2"] });
          await lab.connect({ bridges: ["s1"], port: proxy.port });
        },
      });
      ports = await Promise.all(members.map((member) => scenario.lab.framePort(member)));
    });
    afterEach(() => proxy.mend());
    afterAll(async () => {
      await scenario?.[Symbol.asyncDispose]();
      await proxy?.close();
    });

    // With the versions after 1.3 answers come in the same parts, and bundles are other messages.
    describe.each(isLater ? spoilers.slice(-1) : spoilers)("because it %s", (_how, spoiled) => {
      const spoil = (): void =>
        proxy.spoil((message) =>
          messageName(message) === "multipartReply" ? spoiled(message) : message,
        );

      test("is unknown to an audit, which sends it nothing, and to whoever verifies", async () => {
        const { agent } = scenario;
        value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN));
        const held = await heldByUs(scenario);
        await scenario.lab.settle();
        const [from, to] = ports;
        const stream = await from?.startStream({
          dst: "02:00:00:00:00:02",
          src: "02:00:00:00:00:01",
          vlan: VLAN,
        });
        const written = (): readonly number[] =>
          (["flowMod", "groupMod", "meterMod", "bundleControl"] as const).map((name) =>
            proxy.countOf(name),
          );
        const before = written();
        spoil();
        const blind = value(await driver.audit());
        expect(blind.unknown).toMatchObject([{ node: "s1" }]);
        expect(blind.nodes.map(({ node }) => node)).toEqual(["s2"]);
        const verified = await agent.verifyNetwork("projectA");
        expect(verified.isOk() && verified.value.consistent).toBe(false);
        proxy.mend();
        expect(written()).toEqual(before);
        await eventually(() => agent.nodesUp.length === 2);
        await stream?.stop();
        if (to !== undefined)
          expect(await stream?.at(to)).toMatchObject({ lost: [], duplicates: 0 });
        expect(await heldByUs(scenario)).toEqual(held);
        expect(value(await agent.verifyNetwork("projectA")).consistent).toBe(true);
        value(await agent.teardownPhysicalNetwork("projectA"));
      });

      test("fails a setup and holds up a teardown, and is clean when it can be read again", async () => {
        const { agent } = scenario;
        spoil();
        const limits = { timeoutMs: 3_000 };
        const failed = await agent.setupPhysicalNetwork(
          "projectA",
          members,
          "10Mbps",
          VLAN,
          limits,
        );
        expect(failed.isErr()).toBe(true);
        proxy.mend();
        await eventually(async () => (await heldByUs(scenario)).length === 0);
        // What was not seen clean is nobody's until it is, and that is looked at again and again.
        await eventually(async () =>
          (await agent.setupPhysicalNetwork("projectA", members, 1e7, VLAN)).isOk(),
        );
        spoil();
        expect(
          (await agent.teardownPhysicalNetwork("projectA", { timeoutMs: 2_000 })).isErr(),
        ).toBe(true);
        proxy.mend();
        // Whoever sees later that nothing is left ends it; that is looked at again and again.
        await eventually(() => agent.getNetworkInfo("projectA").isErr());
        expect(await heldByUs(scenario)).toEqual([]);
      });
    });
  });
});
