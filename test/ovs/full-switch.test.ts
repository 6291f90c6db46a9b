import { describe, expect, test } from "vitest";
import { OPENFLOW_1_0 } from "../../src/drivers/openflow/index.ts";
import { describeError } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { sleep, takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, type Spoken, speakingOnly } from "../lab/openflow-versions.ts";
import type { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, lostForeign, startScenario, value } from "../lab/scenario.ts";

/** Two ways from es1 to es3: by s2, and by s4, which costs more. */
const diamond = fabricDocument({
  links: {
    "s1-s2": ["s1:10", "s2:10"],
    "s2-s3": ["s2:11", "s3:10"],
    "s1-s4": ["s1:11", "s4:10"],
    "s4-s3": ["s4:11", "s3:11"],
  },
  hosts: { "es1:eth1": "s1:1", "es3:eth1": "s3:1" },
});
const document = {
  ...diamond,
  links: (diamond.links ?? []).map((link) => (/s4/.test(link.id) ? { ...link, metric: 10 } : link)),
};

/** How many entries of somebody else a table holds. */
const FOREIGN_FLOWS = 2;

/** What a network has in the table of a switch at its end; OpenFlow 1.0 names each link protocol by a flow of its own. */
function flowsAtEnd({ version }: Spoken): number {
  return version === OPENFLOW_1_0 ? 18 : 4;
}

describeWithOvs("a switch whose table is known to be too small, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    test("is named before anything is touched, and holds what there is room for", async () => {
      const connect = async (lab: OvsLab): Promise<void> => {
        await lab.limitTables("s3", FOREIGN_FLOWS + flowsAtEnd(spoken));
        await lab.connect();
      };
      await using scenario = await startScenario(document, { ...speakingOnly(spoken), connect });
      const { agent } = scenario;
      const ends = ["es1:eth1", "es3:eth1"];
      const first = value(await agent.setupPhysicalNetwork("projectA", ends, "10Mbps", 101));
      const refused = await agent.setupPhysicalNetwork("projectB", ends, "10Mbps", 102);
      expect(describeError(refused._unsafeUnwrapErr())).toMatch(
        /s3: the switch has no room for more flows in table 0/,
      );
      expect(agent.listNetworks()).toEqual([agent.getNetworkInfo("projectA")._unsafeUnwrap()]);
      value(await agent.teardownPhysicalNetwork("projectA"));
      const next = value(await agent.setupPhysicalNetwork("projectB", ends, "10Mbps", 102));
      expect(next.links).toHaveLength(first.links.length);
      value(await agent.teardownPhysicalNetwork("projectB"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });
  });
});

describeWithOvs("a switch whose table is full, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    test("is gone around, and carries the next network when there is room again", async () => {
      await using scenario = await startScenario(document, speakingOnly(spoken));
      const { agent, lab } = scenario;
      const ends = ["es1:eth1", "es3:eth1"];
      await lab.limitTables("s2", FOREIGN_FLOWS);
      const info = value(await agent.setupPhysicalNetwork("projectA", ends, "10Mbps", 101));
      expect(info.links.map(({ id }) => id).sort()).toEqual(["s1-s4", "s4-s3"]);
      await lab.settle();
      const [es1, es3] = await Promise.all([lab.framePort("es1:eth1"), lab.framePort("es3:eth1")]);
      await es1.send({
        ...{ dst: "02:00:00:00:00:03", src: "02:00:00:00:00:01", vlan: 101 },
        payload: "around",
      });
      expect((await takeAll([es3]))["es3:eth1"]).toMatchObject([{ payload: "around" }]);

      await lab.limitTables("s2", "none");
      const next = value(await agent.setupPhysicalNetwork("projectB", ends, "10Mbps", 102));
      expect(next.links.map(({ id }) => id).sort()).toEqual(["s1-s2", "s2-s3"]);
      value(await agent.teardownPhysicalNetwork("projectA"));
      value(await agent.teardownPhysicalNetwork("projectB"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });

    test("has a network back that waits, when there is room again", async () => {
      const speaks = speakingOnly(spoken, { auditIntervalMs: 1_000 });
      await using scenario = await startScenario(document, speaks);
      const { agent, lab } = scenario;
      const regained: unknown[] = [];
      agent.events.on("capacity-regained", ({ node }) => regained.push(node));
      const ends = ["es1:eth1", "es3:eth1"];
      await lab.limitTables("s4", FOREIGN_FLOWS);
      const options = { protection: "restore" } as const;
      value(await agent.setupPhysicalNetwork("projectA", ends, "10Mbps", 101, options));
      const info = () => value(agent.getNetworkInfo("projectA"));
      await lab.setLink("s2-s3", "down");
      await eventually(() => info().state === "degraded");
      await sleep(2_500);
      expect(info().state).toBe("degraded");
      expect(regained).toEqual([]);

      await lab.limitTables("s4", "none");
      await eventually(() => info().state === "active");
      expect(regained).toEqual(["s4"]);
      expect(info().links.map(({ id }) => id)).toEqual(["s1-s4", "s4-s3"]);
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });
  });
});
