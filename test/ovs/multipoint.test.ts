import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speakingOnly } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";

/** Four switches, s2 in the middle; two hosts at s1, one at each other; es5 is untagged. */
const star = fabricDocument({
  links: {
    "s1-s2": ["s1:10", "s2:10"],
    "s2-s3": ["s2:11", "s3:10"],
    "s2-s4": ["s2:12", "s4:10"],
  },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s2:1",
    "es4:eth1": "s3:1",
    "es5:eth1": "s4:1",
  },
  untagged: ["es5:eth1"],
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1", "es5:eth1"] as const;
const tagAt = (member: string): number | "untagged" => (member === "es5:eth1" ? "untagged" : 101);

describeWithOvs("a network of five hosts on four switches, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    let scenario: Scenario;
    let ports: readonly FramePort[];

    beforeAll(async () => {
      scenario = await startScenario(star, speakingOnly(spoken));
      const { agent, lab } = scenario;
      ports = await Promise.all(members.map((member) => lab.framePort(member)));
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101));
      await lab.settle();
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    test.each([
      ["a broadcast", BROADCAST],
      ["a multicast", "01:00:5e:00:00:fb"],
      ["an unknown unicast", "02:00:00:00:00:99"],
    ])("delivers %s to every other host exactly once, and never back", async (_, dst) => {
      for (const [index, from] of ports.entries()) {
        const src = `02:00:00:00:00:0${index + 1}`;
        await from.send({ dst, src, vlan: tagAt(from.name), payload: `from ${from.name}` });
        const seen = await takeAll(ports);
        for (const port of ports) {
          const copies = seen[port.name]?.map(({ vlan, payload }) => ({ vlan, payload }));
          const expected = { vlan: tagAt(port.name), payload: `from ${from.name}` };
          expect(copies, `${from.name} to ${port.name}`).toEqual(port === from ? [] : [expected]);
        }
      }
    });

    test("lets all pairs of hosts ping each other without a duplicate", async () => {
      const { lab } = scenario;
      const stations = await Promise.all(
        members.map((at) => lab.addStation({ at, vlan: tagAt(at) })),
      );
      const pairs = stations.flatMap((a) =>
        stations.filter((b) => b !== a).map((b) => [a, b] as const),
      );
      const reports = await Promise.all(pairs.map(([a, b]) => a.ping(b, 3, 50)));
      const failed = pairs.filter((_, index) => {
        const report = reports[index];
        return report?.received !== 3 || report.duplicates !== 0;
      });
      expect(failed.map(pairName)).toEqual([]);
      expect(reports).toHaveLength(20);
    });

    test("is gone after teardown: nothing of ours on any switch, no frame anywhere", async () => {
      const { agent, lab } = scenario;
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
      await lab.settle();
      await takeAll(ports);
      for (const from of ports) {
        await from.send({ dst: BROADCAST, src: "02:00:00:00:00:01", vlan: tagAt(from.name) });
      }
      expect(Object.values(await takeAll(ports)).flat()).toEqual([]);
    });
  });
});

function pairName([a, b]: readonly [Station, Station]): string {
  return `${a.at} to ${b.at}`;
}
