import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENFLOW_1_3, OPENFLOW_1_4, OPENFLOW_1_5 } from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, sleep, takeAll } from "../lab/frame-port.ts";
import { speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import {
  eventually,
  heldByUs,
  lostForeign,
  type Scenario,
  startScenario,
  value,
} from "../lab/scenario.ts";

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
const VLAN = 101;
const AGING_S = 2;
const tagAt = (member: string): number | "untagged" => (member === "es5:eth1" ? "untagged" : VLAN);
const macOf = (member: string): string => `02:00:00:00:00:0${member[2]}`;
const withMacs = Object.fromEntries(members.map((member) => [member, { macs: [macOf(member)] }]));
const STRANGER = "02:00:00:00:00:99";

const versions = [
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, learning: "switch" },
  { protocol: "OpenFlow14", version: OPENFLOW_1_4, learning: "switch" },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5, learning: "switch" },
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, learning: "agent" },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5, learning: "agent" },
] as const;

describeWithOvs("delivery by address, on Open vSwitch", () => {
  describe.each(versions)(
    "$protocol, learned by the $learning",
    ({ protocol, version, learning }) => {
      let scenario: Scenario;
      let ports: readonly FramePort[];

      beforeAll(async () => {
        scenario = await startScenario(star, {
          lab: speaking(protocol),
          driver: (listen) =>
            new OpenFlowDriver({
              listen,
              session: { versions: [version] },
              agingS: AGING_S,
              learning,
            }),
        });
        ports = await Promise.all(members.map((at) => scenario.lab.framePort(at)));
      });
      afterAll(() => scenario?.[Symbol.asyncDispose]());

      function portAt(member: string): FramePort {
        const found = ports.find(({ name }) => name === member);
        if (found === undefined) throw new Error(member);
        return found;
      }

      /** Who hears a frame of `from`, and how often if not once. */
      async function heard(
        from: string,
        dst: string,
        src = macOf(from),
      ): Promise<readonly string[]> {
        await takeAll(ports);
        await portAt(from).send({ dst, src, vlan: tagAt(from), payload: from });
        const seen = await takeAll(ports);
        return members
          .filter((member) => (seen[member]?.length ?? 0) > 0)
          .flatMap((member) => {
            const copies = seen[member] ?? [];
            for (const { vlan } of copies) expect(vlan).toBe(tagAt(member));
            return copies.map(() => member);
          });
      }

      const others = (...not: readonly string[]): readonly string[] =>
        members.filter((member) => !not.includes(member));

      async function leavesNothing(): Promise<void> {
        value(await scenario.agent.teardownPhysicalNetwork("projectA"));
        expect(await heldByUs(scenario)).toEqual([]);
        expect(await lostForeign(scenario)).toEqual([]);
      }

      async function isConsistent(): Promise<void> {
        const report = value(await scenario.agent.verifyNetwork("projectA"));
        expect(report.segments.flatMap(({ discrepancies }) => discrepancies)).toEqual([]);
      }

      // Given addresses are given addresses, whoever would learn others.
      if (learning === "switch") {
        test("static: each address is reached where it is and nowhere else, by no forged frame", async () => {
          const { agent, lab } = scenario;
          const options = { delivery: "static", endpoints: withMacs } as const;
          value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options));
          await lab.settle();
          await isConsistent();
          for (const from of members) {
            for (const to of others(from)) {
              expect(await heard(from, macOf(to)), `${from} to ${to}`).toEqual([to]);
            }
            expect(await heard(from, BROADCAST)).toEqual(others(from));
            expect(await heard(from, STRANGER)).toEqual(others(from));
            expect(await heard(from, macOf(from))).toEqual([]);
            expect(await heard(from, BROADCAST, STRANGER)).toEqual([]);
            expect(await heard(from, BROADCAST, "03:00:00:00:00:01")).toEqual([]);
            expect(await heard(from, "01:80:c2:00:00:00")).toEqual([]);
          }
          await leavesNothing();
        });
      }

      test("learn: first everywhere, then only where it was seen, and again everywhere when it is old", async () => {
        const { agent, lab } = scenario;
        const options = { delivery: "learn" } as const;
        value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options));
        await lab.settle();
        const [a, b, c] = ["es1:eth1", "es4:eth1", "es5:eth1"] as const;
        expect(await heard(a, macOf(b))).toEqual(others(a));
        expect(await heard(b, macOf(a))).toEqual([a]);
        expect(await heard(a, macOf(b))).toEqual([b]);
        expect(await heard(c, macOf(a))).toEqual([a]);
        expect(await heard(b, macOf(c))).toEqual([c]);
        await isConsistent();
        await sleep((AGING_S + 2) * 1000);
        expect(await heard(a, macOf(c))).toEqual(others(a));
        await leavesNothing();
      });

      test("learn: a station that moves is reached where it is now, one that leaves by nobody", async () => {
        const { agent, lab } = scenario;
        const options = { delivery: "learn" } as const;
        value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options));
        await lab.settle();
        const moving = "02:00:00:00:00:77";
        await heard("es1:eth1", BROADCAST, moving);
        expect(await heard("es5:eth1", moving)).toEqual(["es1:eth1"]);
        await heard("es4:eth1", BROADCAST, moving);
        await eventually(async () => (await heard("es5:eth1", moving)).join() === "es4:eth1");
        expect(await heard("es2:eth1", moving)).toEqual(["es4:eth1"]);
        value(await agent.modifyPhysicalNetwork("projectA", [], ["es4:eth1"]));
        await lab.settle();
        // It is forgotten everywhere, and may be anywhere.
        expect(await heard("es5:eth1", moving)).toEqual(others("es4:eth1", "es5:eth1"));
        await isConsistent();
        await leavesNothing();
      });
    },
  );
});
