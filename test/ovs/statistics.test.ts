import { describe, expect, test } from "vitest";
import { OPENFLOW_1_0 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { sleep } from "../lab/frame-port.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, startScenario, value } from "../lab/scenario.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s2:2" },
  untagged: ["es2:eth1"],
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1"];

describeWithOvs("statistics, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", ({ protocol, version }) => {
    test("count what a host sent, and what its policer dropped", async () => {
      await using scenario = await startScenario(pair, {
        lab: speaking(protocol),
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectA", members, "1Mbps", 101));
      await lab.settle();
      const [from, to] = await Promise.all([lab.framePort("es1:eth1"), lab.framePort("es3:eth1")]);
      // Four times what the meter lets through; one by one, for the kernel drops bursts on its own.
      const stream = await from.startStream({
        dst: BROADCAST,
        src: "02:00:00:00:00:01",
        vlan: 101,
        intervalMs: 2,
        payloadSize: 1_000,
      });
      await sleep(800);
      const sent = await stream.stop();
      const heard = (await stream.at(to)).received;
      // Open vSwitch brings its counters up to date about once a second.
      await eventually(async () => {
        const { received } = value(await agent.getNetworkStatistics("projectA", { maxAgeMs: 0 }));
        return received.frames === sent;
      });
      const { endpoints, dropped, gaps } = value(
        await agent.getNetworkStatistics("projectA", { maxAgeMs: 0 }),
      );
      expect(gaps).toEqual([]);
      const es1 = endpoints.find(({ hostPort }) => hostPort === "es1:eth1");
      expect(es1?.received.bytes).toBe(sent * 1_018);
      expect(endpoints.map(({ received }) => received.frames)).toEqual([sent, 0, 0]);
      if (version === OPENFLOW_1_0) {
        expect(heard).toBe(sent);
        expect(es1).not.toHaveProperty("dropped");
      } else {
        expect(heard).toBeLessThan(sent / 2);
        expect(es1?.dropped?.frames).toBe(sent - heard);
      }
      expect(dropped.frames).toBe(sent - heard);
    });
  });
});
