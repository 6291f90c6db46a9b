import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_0 } from "../../src/drivers/openflow/index.ts";
import { type NodeAudit, OpenFlowDriver } from "../../src/index.ts";
import { ControllerProxy } from "../lab/controller-proxy.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Three hosts at s1 and one at s2: a node that branches, and meters at each ingress. */
const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s1:2", "es3:eth1": "s1:3", "es4:eth1": "s2:1" },
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1"];
/** Not a whole number of kbit/s. */
const RATE = 10_000_001;
const LEAST_KBPS = 10_001;
/** That of our flows, unless they say more than others. */
const PRIORITY = "priority=20000";
const none = { right: 0, wrong: 0, missing: 0, excess: 0 };

describeWithOvs("an audit, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", ({ protocol, version }) => {
    const isOldest = version === OPENFLOW_1_0;
    let scenario: Scenario;
    let driver: OpenFlowDriver;
    let proxy: ControllerProxy;

    beforeAll(async () => {
      scenario = await startScenario(pair, {
        lab: speaking(protocol),
        driver: (listen) => {
          driver = new OpenFlowDriver({ listen, session: { versions: [version] } });
          return driver;
        },
        connect: async (lab) => {
          proxy = await ControllerProxy.start(lab.controller.host, lab.controller);
          await lab.connect({ bridges: ["s2"] });
          await lab.connect({ bridges: ["s1"], port: proxy.port });
        },
      });
      const delivery = "flood";
      value(await scenario.agent.setupPhysicalNetwork("p", members, RATE, 101, { delivery }));
    });
    afterAll(async () => {
      await scenario?.[Symbol.asyncDispose]();
      await proxy?.close();
    });

    async function auditOfS1(): Promise<Pick<NodeAudit, "flows" | "groups" | "meters">> {
      const { nodes, unknown } = value(await driver.audit());
      expect(unknown).toEqual([]);
      const found = nodes.find(({ node }) => node === "s1");
      if (found === undefined) throw new Error("s1 was not audited");
      expect(found.unrepaired).toEqual([]);
      const { flows, groups, meters } = found;
      return { flows, groups, meters };
    }

    /** How many messages that change a switch have gone to s1. */
    const changes = (): readonly number[] =>
      (["flowMod", "groupMod", "meterMod", "bundleControl"] as const).map((name) =>
        proxy.countOf(name),
      );
    /** What is held, without the numbers of groups and meters, which may be given anew. */
    const held = async (): Promise<readonly string[]> =>
      (await heldByUs(scenario)).map((entry) =>
        entry.replace(/(group_id=|group:|meter[=:])\d+/g, "$1N"),
      );

    /** All that s1 should hold, and nothing else. */
    const whole = (): Awaited<ReturnType<typeof auditOfS1>> => ({
      flows: { ...none, right: flows },
      groups: { ...none, right: isOldest ? 0 : 1 },
      meters: { ...none, right: isOldest ? 0 : 3 },
    });
    /** How many flows s1 holds of ours. */
    let flows = 0;

    test("finds all right, and sends nothing", async () => {
      flows = (await scenario.lab.dump("s1", "flows")).filter((flow) => /dc05/.test(flow)).length;
      expect(flows).toBeGreaterThan(3);
      const before = changes();
      expect(await auditOfS1()).toEqual(whole());
      expect(changes()).toEqual(before);
    });

    test("tells missing, wrong and excess flows apart, and repairs just these", async () => {
      const { lab } = scenario;
      const before = await held();
      await lab.ofctl(["--strict", "del-flows", "s1", `${PRIORITY},in_port=1,dl_vlan=101`]);
      const second = `${PRIORITY},in_port=2,dl_vlan=101`;
      await lab.ofctl(["--strict", "mod-flows", "s1", `${second},actions=drop`]);
      const stray = "cookie=0xdc05000000990000,priority=3,in_port=3,dl_vlan=900";
      await lab.ofctl(["add-flow", "s1", `${stray},actions=drop`]);
      const found = await auditOfS1();
      expect(found.flows).toEqual({ right: flows - 2, wrong: 1, missing: 1, excess: 1 });
      expect(await auditOfS1()).toEqual(whole());
      expect(await held()).toEqual(before);
      expect(await lostForeign(scenario)).toEqual([]);
    });

    if (!isOldest) {
      test("tells wrong, missing and excess groups apart, and repairs just these", async () => {
        const { lab } = scenario;
        const before = await held();
        const group = numberOf(await lab.ofctl(["dump-groups", "s1"]), /group_id=(\d{2,})/);
        await lab.ofctl(["mod-group", "s1", `group_id=${group},type=all,bucket=output:1`]);
        await lab.ofctl(["add-group", "s1", `group_id=${group + 7},type=all,bucket=output:1`]);
        expect((await auditOfS1()).groups).toEqual({ ...none, wrong: 1, excess: 1 });
        expect(await auditOfS1()).toEqual(whole());
        expect(await held()).toEqual(before);
        // With a group Open vSwitch deletes the flows that use it.
        await lab.ofctl(["del-groups", "s1", `group_id=${group}`]);
        const found = await auditOfS1();
        expect(found.groups.missing).toBe(1);
        expect(found.flows.missing).toBe(4);
        expect(await auditOfS1()).toEqual(whole());
        expect(await held()).toEqual(before);
      });

      test("finds meters with less than was promised, and repairs them", async () => {
        const { lab } = scenario;
        const before = await held();
        const rates = async (): Promise<readonly number[]> => {
          const dump = await lab.ofctl(["dump-meters", "s1"]);
          return [...dump.matchAll(/rate=(\d+)/g)].map(([, rate]) => Number(rate));
        };
        const kept = await rates();
        expect(kept.filter((rate) => rate >= LEAST_KBPS)).toHaveLength(3);
        const meter = numberOf(await lab.ofctl(["dump-meters", "s1"]), /meter=(\d{3,})/);
        const less = `meter=${meter},kbps,burst,band=type=drop,rate=${LEAST_KBPS - 1},burst_size=999`;
        await lab.ofctl(["mod-meter", "s1", less]);
        const report = value(await scenario.agent.verifyNetwork("p"));
        expect(report.consistent).toBe(false);
        expect((await auditOfS1()).meters).toEqual({ ...none, right: 2, wrong: 1 });
        expect(await auditOfS1()).toEqual(whole());
        expect(await rates()).toEqual(kept);
        expect(await held()).toEqual(before);
        // With a meter Open vSwitch deletes the flow that uses it.
        await lab.ofctl(["del-meter", "s1", `meter=${meter}`]);
        const found = await auditOfS1();
        expect(found.meters.missing).toBe(1);
        expect(found.flows.missing).toBe(1);
        expect(await auditOfS1()).toEqual(whole());
        expect(await held()).toEqual(before);
      });
    }

    test("finds nothing of a network that is gone", async () => {
      value(await scenario.agent.teardownPhysicalNetwork("p"));
      expect(await auditOfS1()).toEqual({ flows: none, groups: none, meters: none });
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    });
  });
});

function numberOf(dump: string, pattern: RegExp): number {
  const [, found] = pattern.exec(dump) ?? [];
  if (found === undefined) throw new Error(`nothing like ${pattern} in ${dump}`);
  return Number(found);
}
