import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_3, OPENFLOW_1_5 } from "../../src/drivers/openflow/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { openFlowVersions, speakingOnly } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { type Scenario, startScenario, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";

const LINK_RATE = 5_000_000;
const GREEDY_RATE = 2_000_000;
const MODEST_RATE = 2_500_000;

/** Two networks that share a link which has hardly more than both were promised. */
const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s2:1",
    "es4:eth1": "s2:2",
  },
  untagged: ["es4:eth1"],
  capacity: "5Mbps",
});

/** Meters are an instruction in 1.3 and 1.4, which share them, and an action in 1.5; 1.0 has none. */
const policing = openFlowVersions.filter(
  ({ version }) => version === OPENFLOW_1_3 || version === OPENFLOW_1_5,
);

describeWithOvs("the bandwidth of a network, on Open vSwitch", () => {
  describe.each(policing)("$protocol", (spoken) => {
    let scenario: Scenario;
    let greedy: readonly [Station, Station];
    let modest: readonly [Station, Station];

    beforeAll(async () => {
      scenario = await startScenario(pair, speakingOnly(spoken));
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("greedy", ["es1:eth1", "es3:eth1"], GREEDY_RATE, 101));
      value(await agent.setupPhysicalNetwork("modest", ["es2:eth1", "es4:eth1"], MODEST_RATE, 101));
      await lab.limitLink("s1-s2", LINK_RATE);
      greedy = await Promise.all([
        lab.addStation({ at: "es1:eth1", vlan: 101 }),
        lab.addStation({ at: "es3:eth1", vlan: 101 }),
      ]);
      modest = await Promise.all([
        lab.addStation({ at: "es2:eth1", vlan: 101 }),
        lab.addStation({ at: "es4:eth1", vlan: "untagged" }),
      ]);
      await lab.settle();
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    // What arrives with every other version, `versions.test.ts` tells.
    if (spoken.version === OPENFLOW_1_3) {
      test("is what arrives when three times as much is sent", async () => {
        const { offered, delivered } = await greedy[0].stream(greedy[1], 3 * GREEDY_RATE);
        expect(offered / GREEDY_RATE).toBeGreaterThan(2.8);
        expect(delivered / GREEDY_RATE).toBeGreaterThan(0.9);
        expect(delivered / GREEDY_RATE).toBeLessThan(1.05);
      });
    }

    test("holds while a neighbour sends more than the link they share can carry", async () => {
      const [neighbour, own] = await Promise.all([
        greedy[0].stream(greedy[1], 3 * GREEDY_RATE, 4),
        modest[0].stream(modest[1], 0.95 * MODEST_RATE, 3),
      ]);
      expect(neighbour.offered + own.offered).toBeGreaterThan(1.5 * LINK_RATE);
      expect(own.delivered / own.offered).toBeGreaterThan(0.98);
      expect(neighbour.delivered / GREEDY_RATE).toBeLessThan(1.05);
    });

    test("is the new one after a change", async () => {
      const rate = GREEDY_RATE / 2;
      value(await scenario.agent.modifyPhysicalNetwork("greedy", [], [], rate));
      await scenario.lab.settle();
      const { delivered } = await greedy[0].stream(greedy[1], 3 * rate);
      expect(delivered / rate).toBeGreaterThan(0.9);
      expect(delivered / rate).toBeLessThan(1.05);
    });

    test("is refused when the link has not so much left, and nothing changes", async () => {
      const refused = await scenario.agent.modifyPhysicalNetwork("greedy", [], [], LINK_RATE);
      expect(refused._unsafeUnwrapErr().type).toBe("no-path");
      expect(value(scenario.agent.getNetworkInfo("greedy")).bandwidth).toBe(GREEDY_RATE / 2);
      expect(await greedy[0].ping(greedy[1], 3)).toMatchObject({ received: 3 });
    });
  });
});
