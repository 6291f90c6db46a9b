import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_0 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Two NICs at one port of s1, told apart by their tags; another host at s1, untagged, and one at s2. */
const cable = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es3:eth1": "s1:2", "es4:eth1": "s2:1" },
  untagged: ["es3:eth1"],
});
const document = {
  ...cable,
  hosts: [...(cable.hosts ?? []), { host: "es1", nic: "eth2", port: "s1:1", tagging: "tagged" }],
};
const members = ["es1:eth1", "es1:eth2", "es3:eth1", "es4:eth1"] as const;
type Member = (typeof members)[number];
const tags: Readonly<Record<Member, number | "untagged">> = {
  "es1:eth1": 101,
  "es1:eth2": 300,
  "es3:eth1": "untagged",
  "es4:eth1": 101,
};
const macOf = (member: Member): string => `02:00:00:00:00:0${members.indexOf(member) + 1}`;
const endpoints = {
  ...Object.fromEntries(members.map((member) => [member, { macs: [macOf(member)] }])),
  "es1:eth2": { macs: [macOf("es1:eth2")], vlan: 300 },
};

describeWithOvs("two members at one port, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", ({ protocol, version }) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(document, {
        lab: speaking(protocol),
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      const cables = ["es1:eth1", "es3:eth1", "es4:eth1"];
      ports = await Promise.all(cables.map((at) => scenario.lab.framePort(at)));
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    const cableOf = (member: Member): string => (member === "es1:eth2" ? "es1:eth1" : member);

    /** Which members of all hear a frame, by their cable and tag, one for each copy. */
    async function heard(from: Member, dst: string): Promise<readonly string[]> {
      const port = ports.find(({ name }) => name === cableOf(from));
      await port?.send({ dst, src: macOf(from), vlan: tags[from], payload: from });
      const seen = await takeAll(ports);
      return Object.entries(seen)
        .flatMap(([name, frames]) =>
          frames.map(({ vlan }) => {
            const member = members.find((one) => cableOf(one) === name && tags[one] === vlan);
            return member ?? `${name} with tag ${vlan}`;
          }),
        )
        .sort();
    }

    test.each(
      version === OPENFLOW_1_0 ? (["flood"] as const) : (["flood", "static", "learn"] as const),
    )("hear each other and all others once, and never themselves: %s", async (delivery) => {
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("p", members, "10Mbps", 101, { delivery, endpoints }));
      await lab.settle();
      for (const from of members) {
        const others = members.filter((member) => member !== from);
        expect(await heard(from, BROADCAST), from).toEqual(others);
      }
      for (const from of delivery === "flood" ? [] : members) {
        for (const to of members.filter((member) => member !== from)) {
          expect(await heard(from, macOf(to)), `${from} to ${to}`).toEqual([to]);
        }
      }
      const report = value(await agent.verifyNetwork("p", { dataPlane: true }));
      expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });
      value(await agent.modifyPhysicalNetwork("p", [], ["es1:eth1"]));
      await lab.settle();
      expect(await heard("es4:eth1", BROADCAST)).toEqual(["es1:eth2", "es3:eth1"]);
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });
  });
});
