import { afterEach, expect, test } from "vitest";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../src/drivers/openflow/wire/version.ts";
import { describeError } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, sleep, takeAll } from "../lab/frame-port.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import {
  eventually,
  heldByUs,
  lostForeign,
  type Scenario,
  startScenario,
  value,
} from "../lab/scenario.ts";

/** A ring of four switches with a host at each, and a fifth across it. */
const ring = fabricDocument({
  links: {
    r1: ["s1:10", "s2:10"],
    r2: ["s2:11", "s3:10"],
    r3: ["s3:11", "s4:10"],
    r4: ["s4:11", "s1:11"],
    c1: ["s1:12", "s5:10"],
    c2: ["s5:11", "s3:12"],
  },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s3:1", "es4:eth1": "s4:1" },
});
const members = ["es1:eth1", "es2:eth1", "es3:eth1", "es4:eth1"] as const;
const MACS = members.map((_, index) => `02:00:00:00:00:0${index + 1}`);
const VLAN = 101;
const AROUND_MS = 300;
/** A busy machine may take its time; how long it takes on an idle one the benchmark says. */
const MOST_LOST = 250;

describeWithOvs("a tree with bypasses, on Open vSwitch", () => {
  let scenario: Scenario;
  let ports: readonly FramePort[];

  afterEach(() => scenario?.[Symbol.asyncDispose]());

  async function start(protocol: string, versions: readonly OfVersion[]): Promise<void> {
    scenario = await startScenario(ring, {
      lab: { protocols: [...new Set(["OpenFlow13", protocol])] },
      driver: (listen) => new OpenFlowDriver({ listen, session: { versions } }),
    });
    ports = await Promise.all(members.map((at) => scenario.lab.framePort(at)));
  }

  /** A network of all members, which have spoken once; gives the links of its tree. */
  async function setUp(delivery: "flood" | "static" | "learn"): Promise<readonly string[]> {
    const { agent, lab } = scenario;
    const endpoints = Object.fromEntries(
      members.map((at, index) => [at, { macs: MACS.slice(index, index + 1) }]),
    );
    const options = { protection: "disjoint", delivery, endpoints } as const;
    value(await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options));
    expect(value(await agent.verifyNetwork("projectA")).consistent).toBe(true);
    await lab.settle();
    expect(await deliveries()).toEqual(everybody);
    return value(agent.getNetworkInfo("projectA")).links.map(({ id }) => id);
  }

  /** Who received what of each member's broadcast. */
  async function deliveries(): Promise<readonly string[]> {
    const seen: string[] = [];
    for (const [index, from] of ports.entries()) {
      const src = MACS[index] ?? "";
      await from.send({ dst: BROADCAST, src, vlan: VLAN, payload: from.name });
      for (const [to, frames] of Object.entries(await takeAll(ports))) {
        seen.push(...frames.map(({ vlan, payload }) => `${payload} > ${to} ${vlan}`));
      }
    }
    return seen.sort();
  }

  const everybody = members
    .flatMap((from) => members.filter((to) => to !== from).map((to) => `${from} > ${to} ${VLAN}`))
    .sort();

  /**
   * Has every member send a frame a millisecond to the next, while something happens: nothing comes
   * twice or to anybody else, and no more than this is lost.
   */
  async function whileTalking(happens: () => Promise<void>, mostLost: number): Promise<void> {
    const streams = await Promise.all(
      ports.map((port, index) => {
        const dst = MACS[(index + 1) % MACS.length] ?? "";
        return port.startStream({ dst, src: MACS[index] ?? "", vlan: VLAN });
      }),
    );
    await sleep(AROUND_MS);
    await happens();
    await sleep(AROUND_MS);
    await Promise.all(streams.map((stream) => stream.stop()));
    for (const [index, stream] of streams.entries()) {
      const to = ports[(index + 1) % ports.length];
      if (to === undefined) throw new Error("there is a next one");
      const { duplicates, lost, received } = await stream.at(to);
      expect(duplicates).toBe(0);
      expect(received).toBeGreaterThan(AROUND_MS);
      expect(lost.length).toBeLessThanOrEqual(mostLost);
    }
  }

  test.each([
    ["OpenFlow13", OPENFLOW_1_3, "learn", 3],
    ["OpenFlow13", OPENFLOW_1_3, "flood", 1],
    ["OpenFlow14", OPENFLOW_1_4, "static", 1],
    ["OpenFlow15", OPENFLOW_1_5, "learn", 1],
  ] as const)(
    "goes on with no agent there when a link fails, and goes back, with %s: version %i, %s, %i links",
    async (protocol, version, delivery, count) => {
      await start(protocol, [version]);
      const { agent, lab } = scenario;
      const links = await setUp(delivery);
      await agent.close();
      for (const link of links.slice(0, count)) {
        await whileTalking(() => lab.setLink(link, "down"), MOST_LOST);
        await whileTalking(async () => {}, 0);
        expect(await deliveries()).toEqual(everybody);
        await whileTalking(() => lab.setLink(link, "up"), MOST_LOST);
        expect(await deliveries()).toEqual(everybody);
      }
    },
    60_000,
  );

  test("is left for another by the agent, is protected again when it can be, and leaves nothing behind", async () => {
    await start("OpenFlow13", [OPENFLOW_1_3]);
    const { agent, lab } = scenario;
    const info = () => value(agent.getNetworkInfo("projectA"));
    const [link = ""] = await setUp("learn");
    const probed = async () => value(await agent.verifyNetwork("projectA", { dataPlane: true }));
    expect((await probed()).dataPlane?.complete).toBe(true);
    await whileTalking(async () => {
      await lab.setLink(link, "down");
      await eventually(() => info().generation > 1 && info().state !== "modifying");
    }, MOST_LOST);
    expect(info().links.map(({ id }) => id)).not.toContain(link);
    await whileTalking(async () => {
      await lab.setLink(link, "up");
      await eventually(() => info().state === "active");
    }, 0);
    expect(info().backup?.inUse).toBe(false);
    expect(await probed()).toMatchObject({ consistent: true, dataPlane: { complete: true } });
    expect(await deliveries()).toEqual(everybody);
    await whileTalking(async () => {
      value(await agent.modifyPhysicalNetwork("projectA", [], [], "20Mbps"));
    }, 0);
    value(await agent.teardownPhysicalNetwork("projectA"));
    expect(await heldByUs(scenario)).toEqual([]);
    expect(await lostForeign(scenario)).toEqual([]);
  }, 60_000);

  test("is refused with OpenFlow 1.0, with that reason, before anything is touched", async () => {
    await start("OpenFlow10", [OPENFLOW_1_0]);
    const { agent } = scenario;
    const options = { protection: "disjoint", delivery: "flood" } as const;
    const refused = await agent.setupPhysicalNetwork("projectA", members, "10Mbps", VLAN, options);
    expect(describeError(refused._unsafeUnwrapErr())).toContain("OpenFlow 1.0 has no groups");
    expect(await heldByUs(scenario)).toEqual([]);
  });
});
