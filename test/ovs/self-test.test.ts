import { expect, test } from "vitest";
import { OPENFLOW_1_0, supportedVersions } from "../../src/drivers/openflow/index.ts";
import { describeError, OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, startScenario } from "../lab/scenario.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1" },
});
/** One host port without tags, two with. */
const mixed = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "h1:eth1": "s1:1", "h2:eth1": "s2:1", "h3:eth1": "s1:2" },
  untagged: ["h1:eth1"],
});
const protocols = { 1: "OpenFlow10", 4: "OpenFlow13", 5: "OpenFlow14", 6: "OpenFlow15" } as const;

describeWithOvs("the self-test of a switch, on Open vSwitch", () => {
  test.each(supportedVersions.map((version) => [protocols[version], version] as const))(
    "%s finds that nothing is missing, and leaves nothing behind",
    async (protocol, version) => {
      const drivers: OpenFlowDriver[] = [];
      await using scenario = await startScenario(pair, {
        lab: { protocols: [...new Set(["OpenFlow13", protocol])] },
        driver: (listen) => {
          const driver = new OpenFlowDriver({ listen, session: { versions: [version] } });
          drivers.push(driver);
          return driver;
        },
      });
      const profiles = [...(drivers[0]?.profiles().values() ?? [])];
      expect(profiles).toHaveLength(2);
      const isNewer = version !== OPENFLOW_1_0;
      for (const profile of profiles) {
        expect(profile.selfTest).toEqual({ status: "done", lacks: [] });
        expect(profile).toMatchObject({ version, learns: isNewer, bundles: isNewer });
        expect(profile.description?.hardware).toBe("Open vSwitch");
      }
      expect(await heldByUs(scenario)).toEqual([]);
      expect(await lostForeign(scenario)).toEqual([]);
    },
  );

  const limits = [0, 2].flatMap((limit) =>
    supportedVersions.map((version) => [limit, protocols[version], version] as const),
  );
  test.each(limits)(
    "with vlan-limit=%i, %s finds that it looks behind the second tag, and carries no network that must not let it in",
    async (limit, protocol, version) => {
      const drivers: OpenFlowDriver[] = [];
      await using scenario = await startScenario(mixed, {
        lab: { protocols: [...new Set(["OpenFlow13", protocol])] },
        connect: async (lab) => {
          await lab.vsctl([["set", "Open_vSwitch", ".", `other_config:vlan-limit=${limit}`]]);
          await lab.connect();
        },
        driver: (listen) => {
          const driver = new OpenFlowDriver({ listen, session: { versions: [version] } });
          drivers.push(driver);
          return driver;
        },
      });
      for (const { selfTest } of drivers[0]?.profiles().values() ?? []) {
        const lack = { feature: "match-second-tag", reason: "it looks behind the second tag" };
        expect(selfTest).toEqual({ status: "done", lacks: [lack] });
      }
      expect(await heldByUs(scenario)).toEqual([]);
      const { agent } = scenario;
      const refused = await agent.setupPhysicalNetwork("a", ["h1:eth1", "h2:eth1"], "1Mbps", 101);
      expect(describeError(refused._unsafeUnwrapErr())).toContain(
        "the switch cannot tell frames with two tags from others: it looks behind the second tag",
      );
      expect(await heldByUs(scenario)).toEqual([]);
      const done = await agent.setupPhysicalNetwork("b", ["h2:eth1", "h3:eth1"], "1Mbps", 102);
      expect(done.isOk()).toBe(true);
    },
  );
});
