import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_0 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Three switches in a line, and a host at the middle one that is nobody's member. */
const line = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s2-s3": ["s2:11", "s3:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s3:1" },
});
const members = ["es1:eth1", "es3:eth1"];
const ours = "cookie=0xdc05000000000000/0xffff000000000000";
const incoming = "in_port=10,dl_vlan=101";

describeWithOvs("what somebody does to a network by hand, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", (spoken) => {
    let scenario: Scenario;
    let driver: OpenFlowDriver;

    beforeAll(async () => {
      scenario = await startScenario(line, {
        lab: speaking(spoken.protocol),
        driver: (listen) => {
          driver = new OpenFlowDriver({ listen, session: { versions: [spoken.version] } });
          return driver;
        },
      });
      value(await scenario.agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101));
      await scenario.lab.settle();
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    async function verified() {
      const { agent } = scenario;
      const report = value(await agent.verifyNetwork("projectA", { dataPlane: true }));
      const lostAt = (report.dataPlane?.pairs ?? []).map(({ from, to, status, ...rest }) => ({
        way: `${from} ${to}`,
        status,
        ...("at" in rest ? { at: rest.at } : {}),
      }));
      const found = report.segments.flatMap(({ discrepancies }) => discrepancies);
      return { consistent: report.consistent, found, lostAt };
    }

    const whole = [
      { way: "es1:eth1 es3:eth1", status: "reached" },
      { way: "es3:eth1 es1:eth1", status: "reached" },
    ];

    test("a flow that is gone is missing, and what it carried is lost there", async () => {
      const { agent, lab } = scenario;
      await lab.ofctl(["del-flows", "s2", `${ours},${incoming}`]);
      const { consistent, found, lostAt } = await verified();
      expect(consistent).toBe(false);
      expect(found).toMatchObject([{ node: "s2", kind: "missing" }]);
      expect(lostAt).toEqual([
        { way: "es1:eth1 es3:eth1", status: "lost", at: { kind: "node", node: "s2" } },
        { way: "es3:eth1 es1:eth1", status: "reached" },
      ]);
      await agent.teardownPhysicalNetwork("projectA");
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101));
      await lab.settle();
      expect(await verified()).toMatchObject({ consistent: true, lostAt: whole });
    });

    test("a flow that does something else differs, and what it carried is lost there", async () => {
      const { agent, lab } = scenario;
      await lab.ofctl(["mod-flows", "s2", `${ours},${incoming},actions=drop`]);
      const { consistent, found, lostAt } = await verified();
      expect(consistent).toBe(false);
      expect(found).toMatchObject([{ node: "s2", kind: "differs" }]);
      expect(lostAt[0]).toEqual({
        ...{ way: "es1:eth1 es3:eth1", status: "lost" },
        at: { kind: "node", node: "s2" },
      });
      value(await agent.teardownPhysicalNetwork("projectA"));
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101));
      await lab.settle();
    });

    test("a flow of somebody else that copies frames to a stranger is named, though all arrive", async () => {
      const { lab } = scenario;
      const leak = `cookie=0xbad,priority=30000,${incoming},actions=output:11,output:1`;
      await lab.ofctl(["add-flow", "s2", leak]);
      const { consistent, found, lostAt } = await verified();
      expect(lostAt).toEqual(whole);
      expect(consistent).toBe(false);
      expect(found).toMatchObject([{ node: "s2", kind: "foreign" }]);
      expect(found[0]?.what).toMatch(/cookie 0xbad, table 0, priority 30000.*in_port=10/);
      await lab.ofctl(["--strict", "del-flows", "s2", `priority=30000,${incoming}`]);
      expect(await verified()).toEqual({ consistent: true, found: [], lostAt: whole });
    });

    test("one that pretends to be of another network of ours is named, and the next audit removes it", async () => {
      const { lab } = scenario;
      const leak = `cookie=0xdc05000000990000,priority=30000,${incoming}`;
      await lab.ofctl(["add-flow", "s2", `${leak},actions=output:11,output:1`]);
      const { consistent, found, lostAt } = await verified();
      expect(lostAt).toEqual(whole);
      expect(consistent).toBe(false);
      expect(found).toMatchObject([{ node: "s2", kind: "foreign" }]);
      value(await driver.audit());
      expect(await verified()).toEqual({ consistent: true, found: [], lostAt: whole });
    });

    // To OpenFlow 1.0 there are no groups.
    if (spoken.version !== OPENFLOW_1_0) {
      test("a group with a number of ours stays where a flow of somebody else uses it, and goes after that", async () => {
        const { lab } = scenario;
        const group = 0xdc05_8000;
        const theirs = "cookie=0xbad,table=7,priority=5";
        await lab.ofctl(["add-group", "s2", `group_id=${group},type=all,bucket=output:1`]);
        await lab.ofctl(["add-flow", "s2", `${theirs},actions=group:${group}`]);
        const audited = value(await driver.audit());
        const { unrepaired } = audited.nodes.find(({ node }) => node === "s2") ?? {};
        expect(unrepaired).toEqual([
          `group ${group} has a number of ours and is used by somebody else: it stays`,
        ]);
        expect((await lab.dump("s2", "flows")).join()).toContain(`actions=group:${group}`);
        await lab.ofctl(["--strict", "del-flows", "s2", "table=7,priority=5"]);
        value(await driver.audit());
        expect((await lab.dump("s2", "groups")).join()).not.toContain(`group_id=${group}`);
      });
    }

    test.each([
      "priority=30000,in_port=10,dl_vlan=102",
      "priority=30000,in_port=1,dl_vlan=101",
      "priority=100,in_port=10,dl_vlan=101",
      "priority=65535,dl_dst=01:80:c2:00:00:0e",
    ])(
      "a flow of somebody else that takes none of its frames is nobody's business: %s",
      async (flow) => {
        const { lab } = scenario;
        await lab.ofctl(["add-flow", "s2", `cookie=0xbad,${flow},actions=output:1`]);
        expect(await verified()).toEqual({ consistent: true, found: [], lostAt: whole });
        await lab.ofctl(["--strict", "del-flows", "s2", flow]);
      },
    );
  });
});
