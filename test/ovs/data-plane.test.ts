import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../src/drivers/openflow/index.ts";
import { type DataPlaneReport, OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Three switches in a line, two hosts on the first; es3 sends and expects frames without a tag. */
const line = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s2-s3": ["s2:11", "s3:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s1:2", "es3:eth1": "s2:1", "es4:eth1": "s3:1" },
  untagged: ["es3:eth1"],
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1"] as const;
const VLAN = 101;

/**
 * What we hold but for what switches have learned: the stream's source, and perhaps the probes', for
 * when their flows go, Open vSwitch judges anew what it has cached for them. It forgets that by itself.
 */
async function programmed(scenario: Scenario): Promise<readonly string[]> {
  const held = await heldByUs(scenario);
  const learned = held.filter((entry) => entry.includes(" table=3,"));
  for (const entry of learned) expect(entry).toMatch(/dl_dst=02:(00:00|dc:05):00:00:01 /);
  return held.filter((entry) => !learned.includes(entry));
}

describeWithOvs("probe frames, on Open vSwitch", () => {
  describe.each([
    { protocol: "OpenFlow10", version: OPENFLOW_1_0 },
    { protocol: "OpenFlow13", version: OPENFLOW_1_3 },
    { protocol: "OpenFlow14", version: OPENFLOW_1_4 },
    { protocol: "OpenFlow15", version: OPENFLOW_1_5 },
  ] as const)("$protocol", ({ protocol, version }) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(line, {
        lab: { protocols: [...new Set(["OpenFlow13", protocol])] },
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      ports = await Promise.all(members.map((at) => scenario.lab.framePort(at)));
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    async function probe(): Promise<DataPlaneReport> {
      const report = value(await scenario.agent.verifyNetwork("projectA", { dataPlane: true }));
      if (report.dataPlane === undefined) throw new Error("no data plane was reported");
      return report.dataPlane;
    }

    test("reach every host port, are seen by no host, and leave nothing behind", async () => {
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN));
      await lab.settle();
      const held = await programmed(scenario);
      // A stream has the datapaths cache what they do with the network's frames.
      const [from] = ports;
      if (from === undefined) throw new Error("no port");
      const stream = await from.startStream({
        dst: BROADCAST,
        src: "02:00:00:00:00:01",
        vlan: VLAN,
      });
      for (let round = 0; round < 5; round += 1) {
        const { complete, pairs } = await probe();
        expect({ complete, pairs }).toMatchObject({ complete: true });
        expect(pairs).toHaveLength(12);
        for (const pair of pairs) expect(pair).toMatchObject({ status: "reached", copies: 1 });
      }
      const sent = await stream.stop();
      for (const port of ports.slice(1)) {
        expect(await stream.at(port)).toMatchObject({ received: sent, duplicates: 0, lost: [] });
      }
      expect(Object.values(await takeAll(ports)).flat()).toEqual([]);
      expect(await programmed(scenario)).toEqual(held);
      expect(await lostForeign(scenario)).toEqual([]);
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
    });

    test("say where they are lost", async () => {
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", ["es1:eth1", "es4:eth1"], "10Mbps", VLAN));
      // Somebody drops what comes in at s2 from s1, above everything else.
      const drop = "cookie=0xbad,priority=65535,in_port=10,actions=drop";
      await lab.ofctl(["add-flow", "s2", drop]);
      await lab.settle();
      expect((await probe()).pairs).toMatchObject([
        { from: "es1:eth1", status: "lost", at: { kind: "link", link: "s1-s2" } },
        { from: "es4:eth1", status: "reached" },
      ]);
      await lab.ofctl(["--strict", "del-flows", "s2", "priority=65535,in_port=10"]);
      // The flows of the one in the middle are gone, and nobody noticed.
      const our = "cookie=0xdc05000000000000/0xffff000000000000";
      await lab.ofctl(["del-flows", "s2", our]);
      await lab.settle();
      const { pairs } = await probe();
      for (const pair of pairs) {
        expect(pair).toMatchObject({ status: "lost", at: { kind: "node", node: "s2" } });
      }
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
    });
  });
});
