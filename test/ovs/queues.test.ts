import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { takeAll } from "../lab/frame-port.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import type { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s1:2" },
  untagged: ["es2:eth1"],
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1"];

/** Makes two queues at a port: the default, 0, and number 1. */
async function makeQueues(lab: OvsLab, port: string): Promise<void> {
  await lab.vsctl([
    ["set", "port", port, "qos=@q"],
    ["--id=@q", "create", "qos", "type=linux-htb", "queues=0=@zero,1=@one"],
    ["--id=@zero", "create", "queue", "other-config:min-rate=1000000"],
    ["--id=@one", "create", "queue", "other-config:min-rate=500000000"],
  ]);
}

describeWithOvs("egress queues, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", ({ protocol, version }) => {
    let scenario: Scenario;
    let driver: OpenFlowDriver;

    beforeAll(async () => {
      scenario = await startScenario(pair, {
        lab: speaking(protocol),
        driver: (listen) => {
          driver = new OpenFlowDriver({
            listen,
            session: { versions: [version] },
            egressQueues: { atLinks: 1 },
          });
          return driver;
        },
      });
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    test("that nobody has made are a reason to refuse, and nothing is touched", async () => {
      const { agent } = scenario;
      const refused = await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101, {
        delivery: "flood",
      });
      expect(JSON.stringify(refused._unsafeUnwrapErr())).toContain("port s1:10 has no queue 1");
      expect(await heldByUs(scenario)).toEqual([]);
    });

    test("are where frames leave, once they are made", async () => {
      const { agent, lab } = scenario;
      await Promise.all([makeQueues(lab, "s1-10"), makeQueues(lab, "s2-10")]);
      await driver.audit();
      expect(
        [...driver.profiles().values()].map(({ queues }) => queues?.get(10)?.toSorted()),
      ).toEqual([
        [0, 1],
        [0, 1],
      ]);
      const delivery = "flood";
      value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", 101, { delivery }));
      const report = value(await agent.verifyNetwork("projectA", { dataPlane: true }));
      expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });

      const told =
        (await lab.ofctl(["dump-flows", "s1"])) + (await lab.ofctl(["dump-groups", "s1"]));
      expect(told).toMatch(/set_queue:1,output:"?(10|s1-10)/);
      const queues = await lab.ofctl(["queue-stats", "s1", "10", "1"]);
      expect(queues).toMatch(/queue 1: bytes=/);

      await lab.settle();
      const ports = await Promise.all(members.map((member) => lab.framePort(member)));
      await ports[0]?.send({
        dst: BROADCAST,
        src: "02:00:00:00:00:01",
        vlan: 101,
        payload: "hello",
      });
      const seen = await takeAll(ports);
      expect(seen["es2:eth1"]).toMatchObject([{ vlan: "untagged", payload: "hello" }]);
      expect(seen["es3:eth1"]).toMatchObject([{ vlan: 101, payload: "hello" }]);
    });

    test("that somebody takes out of a flow are put back by the next audit", async () => {
      const { lab } = scenario;
      // A changed flow may get another meter.
      const flows = async () =>
        (await lab.dump("s2", "flows")).join().replace(/meter:\d+/g, "meter");
      const before = await flows();
      const match = "cookie=0xdc05000000000000/0xffff000000000000,in_port=1";
      await lab.ofctl(["mod-flows", "s2", `${match},actions=drop`]);
      expect(await flows()).not.toEqual(before);
      const { nodes } = (await driver.audit())._unsafeUnwrap();
      expect(nodes.map(({ flows }) => flows.wrong + flows.missing)).not.toEqual([0, 0]);
      expect(await flows()).toEqual(before);
      expect(before).toContain("set_queue:1");
    });

    test("go with the network", async () => {
      value(await scenario.agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
    });
  });
});
