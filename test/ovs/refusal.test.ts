import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryStore } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { type FramePort, sleep, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speakingOnly } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import {
  heldByUs,
  lostForeign,
  type Scenario,
  startAgent,
  startScenario,
  value,
} from "../lab/scenario.ts";

const line = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s2-s3": ["s2:11", "s3:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s1:2", "es3:eth1": "s3:1" },
});
const ends = ["es1:eth1", "es3:eth1"];
const MAC = ["02:00:00:00:00:01", "02:00:00:00:00:03"] as const;
const unicast = { dst: MAC[1], src: MAC[0], vlan: 101 };

/** How many entries a table holds that are somebody else's, and so how few leave room for one. */
const FOREIGN_FLOWS = 2;

describeWithOvs("refusals and successions, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    const setting = speakingOnly(spoken);
    let scenario: Scenario;
    let es1: FramePort;
    let es2: FramePort;
    let es3: FramePort;

    beforeEach(async () => {
      scenario = await startScenario(line, setting);
      const { lab } = scenario;
      [es1, es2, es3] = await Promise.all([
        lab.framePort("es1:eth1"),
        lab.framePort("es2:eth1"),
        lab.framePort("es3:eth1"),
      ]);
    });
    afterEach(() => scenario?.[Symbol.asyncDispose]());

    test("a switch that refuses one flow has everything rolled back on all of them", async () => {
      const { agent, lab } = scenario;
      await lab.limitTables("s2", FOREIGN_FLOWS + 1);
      const refused = await agent.setupPhysicalNetwork("projectA", ends, "10Mbps", 101);
      expect(refused._unsafeUnwrapErr()).toMatchObject({
        type: "driver-failed",
        causes: [{ node: "s2", kind: "rejected" }],
      });
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
      expect(agent.getNetworkInfo("projectA")._unsafeUnwrapErr().type).toBe("network-not-found");
      await lab.settle();
      await es1.send({ ...unicast, payload: "refused" });
      expect((await takeAll([es3]))["es3:eth1"]).toEqual([]);

      await lab.limitTables("s2", "none");
      value(await agent.setupPhysicalNetwork("projectA", ends, "1Gbps", 101));
      await lab.settle();
      await es1.send({ ...unicast, payload: "allowed" });
      expect((await takeAll([es3]))["es3:eth1"]).toMatchObject([{ payload: "allowed" }]);
    });

    test("a refused change leaves the network as it was, without a frame lost", async () => {
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", ["es1:eth1", "es2:eth1"], "10Mbps", 101));
      const before = await heldByUs(scenario);
      await lab.limitTables("s2", FOREIGN_FLOWS + 1);
      await lab.settle();
      const stream = await es1.startStream(unicast);
      await sleep(100);
      const refused = await agent.modifyPhysicalNetwork("projectA", ["es3:eth1"], []);
      await sleep(100);
      expect(await stream.stop()).toBeGreaterThan(180);
      expect(refused._unsafeUnwrapErr().type).toBe("driver-failed");
      expect(await lostForeign(scenario)).toEqual([]);
      expect(await stream.at(es2)).toMatchObject({ duplicates: 0, lost: [], vlans: [101] });
      expect((await heldByUs(scenario)).map(withoutIds)).toEqual(before.map(withoutIds));
      await lab.settle();
      await es1.send({ ...unicast, payload: "to es2 only" });
      expect((await takeAll([es2, es3]))["es3:eth1"]).toEqual([]);
      const info = value(agent.getNetworkInfo("projectA"));
      expect(info.state).toBe("active");
      expect(info.endpoints.map((endpoint) => endpoint.host)).toEqual(["es1", "es2"]);
    });

    test("switches keep forwarding when the agent is closed, and another agent takes them over", async () => {
      const { lab } = scenario;
      const store = new MemoryStore();
      await scenario.agent.close();
      const first = await startAgent(lab, line, { ...setting, store });
      value(await first.setupPhysicalNetwork("projectA", ends, "10Mbps", 101));
      const held = await heldByUs(scenario);
      await lab.settle();

      const stream = await es1.startStream(unicast);
      await sleep(100);
      await first.close();
      await sleep(500);
      const second = await startAgent(lab, line, { ...setting, store });
      expect(value(second.getNetworkInfo("projectA")).state).toBe("active");
      await sleep(100);
      const sent = await stream.stop();
      expect(sent).toBeGreaterThan(650);
      expect(await stream.at(es3)).toEqual({
        received: sent,
        duplicates: 0,
        lost: [],
        vlans: [101],
      });
      expect(await heldByUs(scenario)).toEqual(held);

      value(await second.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
      await second.close();
    });
  });
});

/** Groups and meters may have got other numbers on the way there and back. */
function withoutIds(entry: string): string {
  return entry.replace(/(group_id=|group:|meter[=:])\d+/g, "$1N");
}
