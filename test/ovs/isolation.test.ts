import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speakingOnly } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Two switches, one link that all networks share, three hosts on each side. */
const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s1:3",
    "es4:eth1": "s2:1",
    "es5:eth1": "s2:2",
    "es6:eth1": "s2:3",
  },
  untagged: ["es3:eth1"],
});
const hostPorts = (pair.hosts ?? []).map(({ host, nic }) => `${host}:${nic}`);

/** Who is in which network, and with which tag; es1, es2 and es4 are in two with the same NIC. */
const networks: readonly Network[] = [
  { project: "red", vlan: 101, members: ["es1:eth1", "es2:eth1", "es4:eth1"] },
  { project: "green", vlan: 102, members: ["es1:eth1", "es2:eth1", "es4:eth1"] },
  { project: "blue", vlan: 101, members: ["es3:eth1", "es5:eth1", "es6:eth1"] },
];

interface Network {
  readonly project: string;
  readonly vlan: number;
  readonly members: readonly string[];
}

describeWithOvs("networks that share switches, links and hosts, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(pair, speakingOnly(spoken));
      const { agent, lab } = scenario;
      ports = await Promise.all(hostPorts.map((hostPort) => lab.framePort(hostPort)));
      const setups = networks.map(({ project, members, vlan }) => {
        return agent.setupPhysicalNetwork(project, members, "10Mbps", vlan);
      });
      for (const setup of await Promise.all(setups)) value(setup);
      await lab.settle();
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    const tagOf = (network: Network, hostPort: string): number | "untagged" => {
      return hostPort === "es3:eth1" ? "untagged" : network.vlan;
    };

    /** Every host broadcasts into each of its networks; says who got what, as it should and as it is. */
    async function deliveries(
      alive: readonly Network[],
    ): Promise<{ expected: string[]; seen: string[] }> {
      const expected: string[] = [];
      for (const network of networks) {
        for (const from of ports.filter((port) => network.members.includes(port.name))) {
          const payload = `${network.project} ${from.name}`;
          const src = "02:00:00:00:00:01";
          await from.send({ dst: BROADCAST, src, vlan: tagOf(network, from.name), payload });
          if (!alive.includes(network)) continue;
          const others = network.members.filter((member) => member !== from.name);
          expected.push(...others.map((to) => `${to} ${tagOf(network, to)}: ${payload}`));
        }
      }
      const seen = Object.entries(await takeAll(ports)).flatMap(([name, frames]) =>
        frames.map((frame) => `${name} ${frame.vlan}: ${frame.payload}`),
      );
      return { expected: expected.sort(), seen: seen.sort() };
    }

    test("deliver every frame inside its network, and none crosses to another", async () => {
      const { expected, seen } = await deliveries(networks);
      expect(expected).toHaveLength(18);
      expect(seen).toEqual(expected);
    });

    test("drop what carries no tag, or one that belongs to nobody", async () => {
      for (const port of ports.filter((port) => port.name !== "es3:eth1")) {
        await port.send(
          { dst: BROADCAST, src: "02:00:00:00:00:01", vlan: 103, payload: "nobody's" },
          { dst: BROADCAST, src: "02:00:00:00:00:01", vlan: 0, payload: "priority" },
          { dst: BROADCAST, src: "02:00:00:00:00:01", payload: "untagged" },
        );
      }
      expect(Object.values(await takeAll(ports)).flat()).toEqual([]);
    });

    test("let in no second tag where the first is taken off: it would be another network's", async () => {
      const secondTag = { etherType: 0x8100, payload: "\0f\b\0second tag 102" };
      const frame = { dst: BROADCAST, src: "02:00:00:00:00:01", ...secondTag };
      for (const { name, send } of [
        { name: "es5:eth1", send: { ...frame, vlan: 101 } },
        { name: "es3:eth1", send: { ...frame, vlan: 0 } },
      ]) {
        await ports.find((port) => port.name === name)?.send(send);
        expect(Object.values(await takeAll(ports)).flat(), name).toEqual([]);
      }
      // Where all have tags, the second is the tenant's own.
      await ports.find(({ name }) => name === "es1:eth1")?.send({ ...frame, vlan: 101 });
      const heard = Object.entries(await takeAll(ports)).flatMap(([name, frames]) =>
        frames.map(({ vlan, tags }) => `${name} ${vlan} ${tags}`),
      );
      expect(heard).toEqual(["es2:eth1 101 2", "es4:eth1 101 2"]);
    });

    test("stay as they are when one of them is torn down", async () => {
      const [red, green, blue] = networks;
      if (red === undefined || green === undefined || blue === undefined) throw new Error();
      value(await scenario.agent.teardownPhysicalNetwork("red"));
      await scenario.lab.settle();
      const { expected, seen } = await deliveries([green, blue]);
      expect(seen).toEqual(expected);
      value(await scenario.agent.teardownPhysicalNetwork("blue"));
      value(await scenario.agent.teardownPhysicalNetwork("green"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });
  });
});
