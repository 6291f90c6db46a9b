import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../src/drivers/openflow/index.ts";
import { OpenFlowDriver } from "../../src/index.ts";
import type { Delivery } from "../../src/model/network.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { type FramePort, type FrameStream, sleep, takeAll } from "../lab/frame-port.ts";
import { speaking } from "../lab/openflow-versions.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** A ring of three switches, the direct link of s1 and s2 being thin, and a branch to s4. */
const ring = fabricDocument({
  links: {
    "s1-s2": ["s1:10", "s2:10"],
    "s2-s3": ["s2:11", "s3:10"],
    "s3-s1": ["s3:11", "s1:11"],
    "s2-s4": ["s2:12", "s4:10"],
  },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s2:1",
    "es4:eth1": "s2:2",
    "es5:eth1": "s3:1",
    "es6:eth1": "s4:1",
  },
  untagged: ["es6:eth1"],
  capacity: "100Mbps",
});

const MAC = ["02:00:00:00:00:01", "02:00:00:00:00:03"] as const;
const AROUND_MS = 150;

/** The addresses of the hosts, where delivery is static: of their frame ports, and of stations. */
const endpointsOf = (...hostPorts: readonly string[]) =>
  Object.fromEntries(
    hostPorts.map((at) => {
      const station = STATIONS.indexOf(at) + 1;
      const more = station === 0 ? [] : [`02:00:0a:00:00:0${station}`];
      return [at, { macs: [`02:00:00:00:00:0${at[2]}`, ...more] }];
    }),
  );
const STATIONS = ["es1:eth1", "es3:eth1"];

/** How switches are spoken to, and how the network delivers. */
interface Way {
  readonly protocol: string;
  readonly version: OfVersion;
  readonly delivery: Delivery;
}

describe.each([
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, delivery: "flood" },
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, delivery: "static" },
  { protocol: "OpenFlow13", version: OPENFLOW_1_3, delivery: "learn" },
  // Without bundles, in stages; a flow makes all copies itself.
  { protocol: "OpenFlow10", version: OPENFLOW_1_0, delivery: "flood" },
  { protocol: "OpenFlow14", version: OPENFLOW_1_4, delivery: "static" },
  { protocol: "OpenFlow15", version: OPENFLOW_1_5, delivery: "learn" },
] as const)("$protocol, delivery: $delivery", changesUnder);

function changesUnder({ protocol, version, delivery }: Way): void {
  describeWithOvs("a network that is changed while hosts use it, on Open vSwitch", () => {
    let scenario: Scenario;
    let es1: FramePort;
    let es3: FramePort;

    beforeEach(async () => {
      scenario = await startScenario(ring, {
        lab: speaking(protocol),
        driver: (listen) => new OpenFlowDriver({ listen, session: { versions: [version] } }),
      });
      const { agent, lab } = scenario;
      [es1, es3] = await Promise.all([lab.framePort("es1:eth1"), lab.framePort("es3:eth1")]);
      const ends = ["es1:eth1", "es3:eth1"];
      const options = {
        delivery,
        ...(delivery === "static" && { endpoints: endpointsOf(...ends) }),
      };
      value(await agent.setupPhysicalNetwork("projectA", ends, "10Mbps", 101, options));
      await lab.settle();
    });
    afterEach(() => scenario?.[Symbol.asyncDispose]());

    /** Adds and removes hosts. */
    async function change(add: readonly string[], remove: readonly string[]): Promise<void> {
      const options = delivery === "static" ? { endpoints: endpointsOf(...add) } : {};
      const { agent } = scenario;
      const at = [undefined, undefined] as const;
      value(await agent.modifyPhysicalNetwork("projectA", add, remove, ...at, options));
    }

    /** Sends a numbered frame a millisecond both ways, before, during and after the change. */
    async function whileTalking(change: () => Promise<void>): Promise<readonly FrameStream[]> {
      const streams = await Promise.all([
        es1.startStream({ dst: MAC[1], src: MAC[0], vlan: 101 }),
        es3.startStream({ dst: MAC[0], src: MAC[1], vlan: 101 }),
      ]);
      await sleep(AROUND_MS);
      await change();
      await sleep(AROUND_MS);
      const sent = await Promise.all(streams.map((stream) => stream.stop()));
      expect(Math.min(...sent)).toBeGreaterThan(2 * AROUND_MS * 0.9);
      return streams;
    }

    async function expectLossless([there, back]: readonly FrameStream[]): Promise<void> {
      const complete = { duplicates: 0, lost: [], vlans: [101] };
      expect(await there?.at(es3)).toMatchObject(complete);
      expect(await back?.at(es1)).toMatchObject(complete);
    }

    test("loses and doubles no frame when hosts are added and removed, near and far", async () => {
      const { lab } = scenario;
      const [es4, es6] = await Promise.all([lab.framePort("es4:eth1"), lab.framePort("es6:eth1")]);
      const streams = await whileTalking(async () => {
        await change(["es4:eth1"], []);
        await change(["es2:eth1", "es6:eth1"], []);
        await sleep(2 * AROUND_MS);
        await change(["es5:eth1"], ["es4:eth1"]);
        await change([], ["es2:eth1", "es5:eth1", "es6:eth1"]);
      });
      await expectLossless(streams);
      for (const [added, vlan] of [
        [es4, 101],
        [es6, "untagged"],
      ] as const) {
        const there = await streams[0]?.at(added);
        const isFlooded = delivery === "flood";
        expect(there).toMatchObject({ duplicates: 0, ...(isFlooded && { vlans: [vlan] }) });
        if (isFlooded) expect(there?.received).toBeGreaterThan(AROUND_MS * 0.9);
        else expect(there?.received).toBeLessThan(AROUND_MS);
      }
      await lab.settle();
      await es1.send({ dst: MAC[1], src: MAC[0], vlan: 101, payload: "only to es3" });
      const seen = await takeAll([es3, es4, es6]);
      expect(Object.values(seen).map((frames) => frames.length)).toEqual([1, 0, 0]);
    });

    test("loses no ping when a host is added and removed, and when it takes another path", async () => {
      const { agent, lab } = scenario;
      value(await agent.setupPhysicalNetwork("projectB", ["es2:eth1", "es4:eth1"], "80Mbps", 102));
      const [one, three] = await Promise.all([
        lab.addStation({ at: "es1:eth1", vlan: 101 }),
        lab.addStation({ at: "es3:eth1", vlan: 101 }),
      ]);
      const pings = one.startPing(three);
      await pings.flowing();
      await change(["es6:eth1"], []);
      await sleep(AROUND_MS);
      await change([], ["es6:eth1"]);
      await sleep(AROUND_MS);
      value(await agent.modifyPhysicalNetwork("projectA", [], [], "50Mbps"));
      const links = value(agent.getNetworkInfo("projectA")).links.map((link) => link.id);
      expect([...links].sort()).toEqual(["s2-s3", "s3-s1"]);
      await sleep(AROUND_MS);
      const report = await pings.stop();
      expect(report).toMatchObject({ duplicates: 0, lost: [] });
      expect(report.sent).toBeGreaterThan(AROUND_MS / 5);
    });

    test("loses no frame when its bandwidth is raised and lowered", async () => {
      const { agent } = scenario;
      const streams = await whileTalking(async () => {
        value(await agent.modifyPhysicalNetwork("projectA", [], [], "40Mbps"));
        value(await agent.modifyPhysicalNetwork("projectA", [], [], "5Mbps"));
      });
      await expectLossless(streams);
      expect(value(agent.getNetworkInfo("projectA")).bandwidth).toBe(5_000_000);
    });

    test("loses and doubles no frame when more bandwidth makes it take another path", async () => {
      const { agent } = scenario;
      value(await agent.setupPhysicalNetwork("projectB", ["es2:eth1", "es4:eth1"], "80Mbps", 102));
      const streams = await whileTalking(async () => {
        value(await agent.modifyPhysicalNetwork("projectA", [], [], "50Mbps"));
      });
      const links = value(agent.getNetworkInfo("projectA")).links.map((link) => link.id);
      expect([...links].sort()).toEqual(["s2-s3", "s3-s1"]);
      await expectLossless(streams);
    });

    test("uses the new VLAN, and no longer the old one, after its VLAN was changed", async () => {
      const { agent, lab } = scenario;
      value(await agent.modifyPhysicalNetwork("projectA", [], [], undefined, 202));
      await lab.settle();
      await es1.send(
        { dst: MAC[1], src: MAC[0], vlan: 101, payload: "old" },
        { dst: MAC[1], src: MAC[0], vlan: 202, payload: "new" },
      );
      expect((await takeAll([es3]))["es3:eth1"]).toMatchObject([{ vlan: 202, payload: "new" }]);
    });

    test("leaves nothing behind after all that", async () => {
      const { agent } = scenario;
      await change(["es5:eth1", "es6:eth1"], ["es3:eth1"]);
      value(await agent.modifyPhysicalNetwork("projectA", [], [], "20Mbps", 303));
      expect(await heldByUs(scenario)).not.toEqual([]);
      value(await agent.teardownPhysicalNetwork("projectA"));
      expect(await heldByUs(scenario)).toEqual([]);
    });
  });
}
