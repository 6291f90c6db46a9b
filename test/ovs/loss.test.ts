import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Four switches: s2 in the middle, with a host at each of the others. */
const star = fabricDocument({
  links: {
    "s1-s2": ["s1:10", "s2:10"],
    "s2-s3": ["s2:11", "s3:10"],
    "s2-s4": ["s2:12", "s4:10"],
  },
  hosts: { "es1:eth1": "s1:1", "es3:eth1": "s3:1", "es4:eth1": "s4:1" },
  untagged: ["es4:eth1"],
});
const members = ["es1:eth1", "es3:eth1", "es4:eth1"] as const;
const endpoints = Object.fromEntries(
  members.map((member) => [member, { macs: [`02:00:00:00:00:0${member[2]}`] }]),
);
const ours = "cookie=0xdc05000000000000/0xffff000000000000";

describeWithOvs("where probes are lost on a tree, on Open vSwitch", () => {
  describe.each([
    { protocol: "OpenFlow10", version: OPENFLOW_1_0, delivery: "flood" },
    { protocol: "OpenFlow13", version: OPENFLOW_1_3, delivery: "static" },
    { protocol: "OpenFlow14", version: OPENFLOW_1_4, delivery: "learn" },
    { protocol: "OpenFlow15", version: OPENFLOW_1_5, delivery: "static" },
  ] as const)("$protocol, $delivery", ({ protocol, version, delivery }) => {
    let scenario: Scenario;

    beforeAll(async () => {
      scenario = await startScenario(star, {
        lab: { protocols: [...new Set(["OpenFlow13", protocol])] },
        flapDamping: false,
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      const options = { delivery, endpoints };
      value(await scenario.agent.setupPhysicalNetwork("p", members, "10Mbps", 101, options));
      await scenario.lab.settle();
    });
    afterAll(() => scenario?.[Symbol.asyncDispose]());

    /** What became of each pair: `reached`, `untested`, or where it was lost. */
    async function probed(): Promise<Readonly<Record<string, string>>> {
      const { dataPlane } = value(await scenario.agent.verifyNetwork("p", { dataPlane: true }));
      const pairs = dataPlane?.pairs ?? [];
      return Object.fromEntries(
        pairs.map((pair) => {
          const { at } = { at: undefined, ...pair };
          const place = at === undefined ? "" : ` at ${at.kind === "node" ? at.node : at.link}`;
          return [`${pair.from[2]}>${pair.to[2]}`, `${pair.status}${place}`];
        }),
      );
    }

    const whole = Object.fromEntries(
      ["1>3", "1>4", "3>1", "3>4", "4>1", "4>3"].map((pair) => [pair, "reached"]),
    );

    test("nowhere while all is well", async () => {
      expect(await probed()).toEqual(whole);
    });

    test("is the link whose cable is cut, for all that have to cross it", async () => {
      const { agent, lab } = scenario;
      await lab.setLink("s2-s3", "down");
      await eventually(
        () =>
          agent
            .getNetworkInfo("p")
            .map(({ state }) => state)
            ._unsafeUnwrap() === "degraded",
      );
      const lost = "lost at s2-s3";
      expect(await probed()).toEqual({
        ...{ "1>4": "reached", "4>1": "reached" },
        ...{ "1>3": lost, "3>1": lost, "3>4": lost, "4>3": lost },
      });
      await lab.setLink("s2-s3", "up");
      await eventually(
        () =>
          agent
            .getNetworkInfo("p")
            .map(({ state }) => state)
            ._unsafeUnwrap() === "active",
      );
      expect(await probed()).toEqual(whole);
    });

    test("is the node in the middle that lets in no more what one link brings", async () => {
      const { agent, lab } = scenario;
      await lab.ofctl(["del-flows", "s2", `${ours},in_port=11`]);
      await lab.settle();
      const lost = "lost at s2";
      expect(await probed()).toEqual({ ...whole, "3>1": lost, "3>4": lost });
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await heldByUs(scenario)).toEqual([]);
    });
  });
});
