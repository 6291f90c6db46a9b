import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NetworkInfo, SetupOptions } from "../../src/index.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { type FramePort, takeAll } from "../lab/frame-port.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { heldByUs, lostForeign, type Scenario, startScenario, value } from "../lab/scenario.ts";

/** Three switches in a line; `es5` in the middle takes part in nothing. */
const line = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s2-s3": ["s2:11", "s3:10"] },
  hosts: {
    "es1:eth1": "s1:1",
    "es2:eth1": "s1:2",
    "es3:eth1": "s3:1",
    "es4:eth1": "s3:2",
    "es5:eth1": "s2:1",
  },
  untagged: ["es4:eth1"],
});

const MAC = ["02:00:00:00:00:01", "02:00:00:00:00:02"] as const;

describeWithOvs("a network between two hosts, on Open vSwitch", () => {
  let scenario: Scenario;
  let ports: readonly FramePort[];
  let es1: FramePort;
  let es2: FramePort;
  let es3: FramePort;
  let es4: FramePort;

  beforeAll(async () => {
    scenario = await startScenario(line);
    ports = await Promise.all(
      line.hosts?.map((h) => scenario.lab.framePort(`${h.host}:${h.nic}`)) ?? [],
    );
    [es1, es2, es3, es4] = await Promise.all([
      scenario.lab.framePort("es1:eth1"),
      scenario.lab.framePort("es2:eth1"),
      scenario.lab.framePort("es3:eth1"),
      scenario.lab.framePort("es4:eth1"),
    ]);
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());

  /** What each host receives; hosts that receive nothing are left out. */
  async function received(): Promise<Record<string, string[]>> {
    const seen = await takeAll(ports);
    return Object.fromEntries(
      Object.entries(seen)
        .map(([name, frames]) => [name, frames.map((f) => `${f.vlan} ${f.payload}`)] as const)
        .filter(([, frames]) => frames.length > 0),
    );
  }

  async function setUp(hosts: readonly string[], options: SetupOptions = {}): Promise<NetworkInfo> {
    const { agent, lab } = scenario;
    const info = value(await agent.setupPhysicalNetwork("projectA", hosts, "10Mbps", 101, options));
    await lab.settle();
    return info;
  }

  async function tearDown(): Promise<void> {
    value(await scenario.agent.teardownPhysicalNetwork("projectA"));
    expect(await heldByUs(scenario)).toEqual([]);
    expect(await lostForeign(scenario)).toEqual([]);
    await scenario.lab.settle();
  }

  test("carries the frames of its VLAN between two ports of one switch, and no others", async () => {
    await setUp(["es1:eth1", "es2:eth1"]);
    await es1.send(
      { dst: BROADCAST, src: MAC[0], vlan: 101, payload: "to all" },
      { dst: MAC[1], src: MAC[0], vlan: 101, payload: "to es2" },
      { dst: BROADCAST, src: MAC[0], vlan: 102, payload: "another VLAN" },
      { dst: BROADCAST, src: MAC[0], payload: "no VLAN" },
    );
    await es2.send({ dst: MAC[0], src: MAC[1], vlan: 101, payload: "to es1" });
    expect(await received()).toEqual({
      "es1:eth1": ["101 to es1"],
      "es2:eth1": ["101 to all", "101 to es2"],
    });
    await tearDown();
    await es1.send({ dst: BROADCAST, src: MAC[0], vlan: 101, payload: "after teardown" });
    expect(await received()).toEqual({});
  });

  test("carries them across three switches", async () => {
    const { links } = await setUp(["es1:eth1", "es3:eth1"]);
    expect(links.map((link) => link.id)).toEqual(["s1-s2", "s2-s3"]);
    await es1.send({ dst: MAC[1], src: MAC[0], vlan: 101, payload: "to es3" });
    await es3.send(
      { dst: MAC[0], src: MAC[1], vlan: 101, payload: "to es1" },
      { dst: MAC[0], src: MAC[1], vlan: 102, payload: "another VLAN" },
    );
    await es2.send({ dst: MAC[0], src: MAC[1], vlan: 101, payload: "from a stranger" });
    expect(await received()).toEqual({ "es1:eth1": ["101 to es1"], "es3:eth1": ["101 to es3"] });
    await tearDown();
    await es3.send({ dst: MAC[0], src: MAC[1], vlan: 101, payload: "after teardown" });
    expect(await received()).toEqual({});
  });

  test("puts the tag on and takes it off between a tagged and an untagged host", async () => {
    await setUp(["es1:eth1", "es4:eth1"]);
    await es1.send({ dst: MAC[1], src: MAC[0], vlan: 101, payload: "to es4" });
    await es4.send(
      { dst: MAC[0], src: MAC[1], payload: "to es1" },
      { dst: MAC[0], src: MAC[1], vlan: 101, payload: "a tag of its own" },
    );
    expect(await received()).toEqual({
      "es1:eth1": ["101 to es1"],
      "es4:eth1": ["untagged to es4"],
    });
    await tearDown();
  });

  test("rewrites the tag between hosts that use different VLANs", async () => {
    await setUp(["es1:eth1", "es3:eth1"], { endpoints: { "es3:eth1": { vlan: 303 } } });
    await es1.send({ dst: MAC[1], src: MAC[0], vlan: 101, payload: "to es3" });
    await es3.send(
      { dst: MAC[0], src: MAC[1], vlan: 303, payload: "to es1" },
      { dst: MAC[0], src: MAC[1], vlan: 101, payload: "the other's VLAN" },
    );
    expect(await received()).toEqual({ "es1:eth1": ["101 to es1"], "es3:eth1": ["303 to es3"] });
    await tearDown();
  });

  describe("with IP stacks", () => {
    test("lets a tagged and an untagged host ping each other, and only while it exists", async () => {
      const { lab } = scenario;
      const [tagged, untagged] = await Promise.all([
        lab.addStation({ at: "es1:eth1", vlan: 101 }),
        lab.addStation({ at: "es4:eth1", vlan: "untagged" }),
      ]);
      expect(await tagged.ping(untagged, 1)).toMatchObject({ received: 0 });
      await setUp(["es1:eth1", "es4:eth1"]);
      expect(await tagged.ping(untagged, 10)).toEqual({ sent: 10, received: 10, duplicates: 0 });
      expect(await untagged.ping(tagged, 10)).toEqual({ sent: 10, received: 10, duplicates: 0 });
      await tearDown();
      expect(await tagged.ping(untagged, 1)).toMatchObject({ received: 0 });
    });
  });
});
