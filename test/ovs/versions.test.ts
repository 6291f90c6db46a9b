import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  OPENFLOW_1_0,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
  supportedVersions,
} from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Three switches in a line, two hosts on the first; es3 sends and expects frames without a tag. */
const line = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s2-s3": ["s2:11", "s3:10"] },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s2:1",
    "es4:eth1": "s3:1",
  },
  untagged: ["es3:eth1"],
});
const hostPorts = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1"] as const;
const VLAN = 101;
const tagAt = (member: string): number | "untagged" => (member === "es3:eth1" ? "untagged" : VLAN);

describeWithOvs("networks on switches of other versions, on Open vSwitch", () => {
  describe.each([
    { protocol: "OpenFlow10", version: OPENFLOW_1_0, versions: [OPENFLOW_1_0] },
    { protocol: "OpenFlow14", version: OPENFLOW_1_4, versions: supportedVersions },
    { protocol: "OpenFlow15", version: OPENFLOW_1_5, versions: supportedVersions },
  ] as const)("$protocol", ({ protocol, version, versions }) => {
    let scenario: Scenario;
    let driver: OpenFlowDriver;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(line, {
        // The lab itself looks at the bridges with OpenFlow 1.3.
        lab: { protocols: ["OpenFlow13", protocol] },
        driver: (listen) => {
          driver = new OpenFlowDriver({ listen, session: { versions } });
          return driver;
        },
      });
      ports = await Promise.all(hostPorts.map((at) => scenario.lab.framePort(at)));
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    /** Who received what of each member's broadcast. */
    async function deliveries(members: readonly string[]): Promise<readonly string[]> {
      await scenario.lab.settle();
      const seen: string[] = [];
      for (const [index, from] of ports.entries()) {
        if (!members.includes(from.name)) continue;
        const src = `02:00:00:00:00:0${index + 1}`;
        await from.send({ dst: BROADCAST, src, vlan: tagAt(from.name), payload: from.name });
        for (const [to, frames] of Object.entries(await takeAll(ports))) {
          seen.push(...frames.map(({ vlan, payload }) => `${payload} > ${to} ${vlan}`));
        }
      }
      return seen.sort();
    }

    /** Everyone's frame at everyone else, once, with the tag that is used there. */
    function expected(members: readonly string[]): readonly string[] {
      const pairs = members.flatMap((from) =>
        members.filter((to) => to !== from).map((to) => `${from} > ${to} ${tagAt(to)}`),
      );
      return pairs.sort();
    }

    async function expectConsistent(): Promise<void> {
      const report = value(await scenario.agent.verifyNetwork("projectA"));
      expect(report).toMatchObject({ consistent: true });
    }

    test.each([
      { name: "two hosts", members: ["es1:eth1", "es4:eth1"] },
      { name: "three hosts, one untagged", members: ["es1:eth1", "es3:eth1", "es4:eth1"] },
      { name: "four hosts, two of them on one switch", members: [...hostPorts] },
    ])("joins $name, and leaves nothing behind", async ({ members }) => {
      const { agent } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN));
      await expectConsistent();
      expect(await deliveries(members)).toEqual(expected(members));
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
      expect(await deliveries(members)).toEqual([]);
    });

    test("is the highest that both speak, and every switch says what it can do in it", () => {
      const profiles = [...driver.profiles()];
      expect(profiles.map(([node]) => node).sort()).toEqual(["s1", "s2", "s3"]);
      const itsMeters = version === OPENFLOW_1_0 ? undefined : expect.any(Object);
      for (const [, profile] of profiles) {
        expect(profile).toMatchObject({ version, tables: 254 });
        expect(profile.meters).toEqual(itsMeters);
        expect(profile.groups).toEqual(itsMeters);
      }
    });

    test("changes rates and members in place", async () => {
      const { agent } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", ["es1:eth1", "es4:eth1"], "10Mbps", VLAN));
      value(await agent.modifyPhysicalNetwork("projectA", ["es3:eth1"], [], "20Mbps"));
      await expectConsistent();
      const three = ["es1:eth1", "es3:eth1", "es4:eth1"];
      expect(await deliveries(three)).toEqual(expected(three));
      value(await agent.modifyPhysicalNetwork("projectA", [], ["es4:eth1"]));
      await expectConsistent();
      const two = ["es1:eth1", "es3:eth1"];
      expect(await deliveries(two)).toEqual(expected(two));
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
    });

    test("lets frames of link protocols pass where that is asked only, but for PAUSE", async () => {
      const { agent, lab } = scenario;
      const members = ["es1:eth1", "es3:eth1"];
      const lasts = ["00", "01", "02", "0e", "0f", "10"];
      const heard = async (linkProtocols: boolean): Promise<readonly string[]> => {
        const options = { linkProtocols };
        value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options));
        await lab.settle();
        for (const from of ports.filter(({ name }) => members.includes(name))) {
          for (const last of lasts) {
            const payload = `${from.name} ${last}`;
            const header = { dst: `01:80:c2:00:00:${last}`, src: "02:00:00:00:00:01" };
            await from.send({ ...header, vlan: tagAt(from.name), payload });
          }
        }
        const frames = Object.values(await takeAll(ports)).flat();
        value(await agent.teardownPhysicalNetwork("projectA"));
        return frames.map(({ payload }) => payload).sort();
      };
      const all = members.flatMap((from) => lasts.map((last) => `${from} ${last}`));
      expect(await heard(false)).toEqual(all.filter((payload) => payload.endsWith(" 10")));
      expect(await heard(true)).toEqual(all.filter((payload) => !payload.endsWith(" 01")));
    });

    test("holds senders to their rate, or says in the plan that it does not", async () => {
      const { agent, lab } = scenario;
      const rate = 2_000_000;
      const members = ["es1:eth1", "es4:eth1"];
      const { nodes } = value(agent.planPhysicalNetwork("projectA", members, rate, VLAN));
      const hasMeters = version !== OPENFLOW_1_0;
      const unpoliced = nodes.map((its) => [its.node, its.unpoliced] as const);
      expect(new Map(unpoliced.filter(([, count]) => count !== undefined))).toEqual(
        new Map(hasMeters ? [] : ["s1", "s3"].map((node) => [node, 1])),
      );
      value(await agent.setupPhysicalNetwork("projectA", members, rate, VLAN));
      const from = await lab.addStation({ at: "es1:eth1", vlan: VLAN });
      const to = await lab.addStation({ at: "es4:eth1", vlan: VLAN });
      await lab.settle();
      const { offered, delivered } = await from.stream(to, 3 * rate);
      expect(offered / rate).toBeGreaterThan(2.8);
      expect(delivered / rate).toBeGreaterThan(hasMeters ? 0.9 : 2.5);
      expect(delivered / rate).toBeLessThan(hasMeters ? 1.05 : 3.2);
      value(await agent.teardownPhysicalNetwork("projectA"));
    });
  });
});
