import { describe, expect, test } from "vitest";
import { type Feature, featureNames } from "../../../src/drivers/openflow/compile/features.ts";
import type { Lack, SwitchProfile } from "../../../src/drivers/openflow/compile/switch-profile.ts";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import { describeError } from "../../../src/model/errors.ts";
import { domainId } from "../../../src/model/ids.ts";
import { type FabricOptions, MemoryListener, SimulatedFabric } from "../../../src/testing/index.ts";
import { campus } from "../../support/campus.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type Lacks, without } from "../../support/lacking.ts";
import { inDoublingSteps, inSteps, limited } from "../../support/rounded-meters.ts";
import { addForeignEntries, allForeignEntries, allOurEntries } from "../../support/switch-state.ts";
import { Testbed } from "../../support/testbed.ts";

/** What a switch has to be without so that a feature, and perhaps others with it, is missing. */
const wordFor: Readonly<Record<Exclude<Feature, "bundle">, string>> = {
  "match-tag": "in_port",
  "match-second-tag": "eth_type",
  "match-any-tag": "vlan_vid/",
  "match-source": "eth_src",
  "match-destination": "eth_dst",
  "match-group-source": "eth_src/",
  "match-link-protocols": "eth_dst/",
  "match-metadata": "metadata",
  "match-network": "metadata/",
  "match-tunnel": "tunnel_id",
  "set-tag": "set-field vlan_vid",
  "set-tunnel": "set-field tunnel_id",
  "push-tag": "push-vlan",
  "pop-tag": "pop-vlan",
  hairpin: "output 4294967288",
  "to-controller": "output 4294967293",
  "write-metadata": "write-metadata",
  goto: "goto-table",
  "table-1": "table 1",
  "table-2": "table 2",
  "table-3": "table 3",
  "table-4": "table 4",
  "group-indirect": "group indirect",
  "group-all": "group all",
  "group-failover": "group fast-failover",
  meter: "meter",
  learn: "nx-learn2",
  queue: "set-queue",
};

/** A driver and a fabric that has just connected to it. */
async function connected(
  options: Partial<FabricOptions> = {},
  driverOptions: { readonly selfTest?: boolean } = {},
) {
  const clock = fakeClock();
  const listener = new MemoryListener({ clock });
  const topology = campus();
  const fabric = new SimulatedFabric({
    topology,
    clock,
    dial: (answer) => listener.dial(answer),
    learns: true,
    bundles: true,
    queues: () => [0, 1],
    ...options,
  });
  addForeignEntries(fabric);
  const before = allForeignEntries(fabric);
  const driver = new OpenFlowDriver({
    listen: listener,
    egressQueues: { atLinks: 1 },
    ...driverOptions,
  });
  const domain = topology.domainView(domainId("campus"));
  await clock.until(driver.attach({ domain, clock, segments: [] }));
  fabric.connect();
  await clock.advance(1_000);
  expect(allForeignEntries(fabric)).toEqual(before);
  expect(allOurEntries(fabric)).toEqual({});
  return {
    clock,
    driver,
    fabric,
    async [Symbol.asyncDispose]() {
      await clock.until(driver.close());
      fabric[Symbol.dispose]();
    },
  };
}

/** What hardware makes of rates and bursts that are not whole steps. */
const roundings: readonly (readonly [string, NonNullable<FabricOptions["rounds"]>])[] = [
  ["up", (mod) => inSteps(mod, Math.ceil)],
  ["down", (mod) => inSteps(mod, Math.floor)],
  ["to the nearest", (mod) => inSteps(mod, Math.round)],
];

function lacksIn(profiles: ReadonlyMap<unknown, SwitchProfile>): readonly Lack[] {
  const [profile] = [...profiles.values()];
  if (profile?.selfTest?.status !== "done") throw new Error(JSON.stringify(profile?.selfTest));
  return profile.selfTest.lacks;
}

describe("the self-test of a switch", () => {
  test("finds nothing missing at a capable one, and leaves nothing there", async () => {
    await using bench = await connected();
    const profiles = bench.driver.profiles();
    expect([...profiles.values()]).not.toEqual([]);
    for (const profile of profiles.values()) {
      expect(profile).toMatchObject({ learns: true, bundles: true });
      expect(profile.selfTest).toEqual({ status: "done", lacks: [] });
      expect(profile.description?.hardware).toMatch(/^Open vSwitch/);
    }
  });

  test.each(Object.entries(wordFor))("finds that %s is missing", async (feature, word) => {
    await using bench = await connected({ lacks: without(word) });
    const lacks = lacksIn(bench.driver.profiles());
    expect(lacks.map((lack) => lack.feature)).toContain(feature);
    for (const { reason } of lacks) expect(reason).toMatch(/bad-request\/bad-type|bundle/);
  });

  test("finds that a switch looks behind the second tag", async () => {
    await using bench = await connected({ vlanLimit: 2 });
    const lack = { feature: "match-second-tag", reason: "it looks behind the second tag" };
    expect(lacksIn(bench.driver.profiles())).toEqual([lack]);
  });

  test.each(roundings)("finds in which steps meters are rounded %s", async (_how, rounds) => {
    await using bench = await connected({ rounds });
    for (const { selfTest, meterSteps } of bench.driver.profiles().values()) {
      expect(selfTest).toEqual({ status: "done", lacks: [] });
      expect(meterSteps).toEqual({ rateKbps: 64, burstKbit: 32 });
    }
  });

  test.each([
    ["up", Math.ceil],
    ["down", Math.floor],
    ["to the nearest", Math.round],
  ] as const)("finds steps that double, rounded %s", async (_how, round) => {
    await using bench = await connected({ rounds: (mod) => inDoublingSteps(mod, round) });
    for (const { selfTest, meterSteps } of bench.driver.profiles().values()) {
      expect(selfTest).toEqual({ status: "done", lacks: [] });
      expect([8, 16]).toContain(meterSteps?.rateKbps);
      expect([4, 8]).toContain(meterSteps?.burstKbit);
      expect(meterSteps?.rateBits).toBeLessThanOrEqual(10);
      expect(meterSteps?.rateBits).toBeGreaterThan(7);
      expect(meterSteps?.burstBits).toBeLessThanOrEqual(8);
    }
  });

  test("finds no steps where meters are as they were asked for, nor where they are anything", async () => {
    await using exact = await connected();
    const capped: FabricOptions["rounds"] = (mod) => limited(mod, (kbps) => Math.min(kbps, 1_000));
    await using other = await connected({ rounds: capped });
    const profiles = [...exact.driver.profiles().values(), ...other.driver.profiles().values()];
    expect(new Set(profiles.map(({ meterSteps }) => meterSteps))).toEqual(new Set([undefined]));
    expect(lacksIn(other.driver.profiles())).toEqual([
      { feature: "meter", reason: "taken, but not shown as it was asked for" },
    ]);
  });

  test("tries every feature that it knows", () => {
    expect(new Set([...Object.keys(wordFor), "bundle"])).toEqual(
      new Set(Object.keys(featureNames)),
    );
  });

  test("finds what is taken but not done", async () => {
    await using bench = await connected({ faults: { forget: 1 } });
    const lacks = lacksIn(bench.driver.profiles());
    expect(lacks.length).toBeGreaterThan(10);
    expect(lacks[0]?.reason).toBe("taken, but not shown as it was asked for");
  });

  test("of bundles looks at one that is carried out", async () => {
    const isCommit: Lacks = (message) =>
      message.type === "bundle-control" && message.control === "commit-request"
        ? { kind: "bad-request", code: "bad-type" }
        : undefined;
    await using bench = await connected({ lacks: isCommit });
    const [profile] = [...bench.driver.profiles().values()];
    expect(profile).toMatchObject({ learns: true });
  });

  test("is made once for a switch, and again when it says that it is another", async () => {
    await using bench = await connected();
    const sent = () => {
      let count = 0;
      const watching = [...bench.fabric.switches.values()].map((at) =>
        at.observe((event) => {
          if (event.type !== "message" || event.direction !== "to-switch") return;
          if (event.message.type === "flow-mod") count += 1;
        }),
      );
      return {
        get count() {
          return count;
        },
        [Symbol.dispose]: () => {
          for (const each of watching) each[Symbol.dispose]();
        },
      };
    };
    using mods = sent();
    for (const at of bench.fabric.switches.values()) at.breakConnections();
    await bench.clock.advance(60_000);
    expect(bench.fabric.connected).toBe(true);
    expect(mods.count).toBe(0);
  });

  test("is left out when it is switched off", async () => {
    await using bench = await connected({ lacks: without("group all") }, { selfTest: false });
    for (const { selfTest } of bench.driver.profiles().values()) expect(selfTest).toBeUndefined();
  });

  test("is left out where somebody else has such a flow", async () => {
    const clock = fakeClock();
    const listener = new MemoryListener({ clock });
    const topology = campus();
    using fabric = new SimulatedFabric({ topology, clock, dial: (to) => listener.dial(to) });
    for (const at of fabric.switches.values()) {
      const match = [{ field: "eth_dst", value: "00:00:00:00:00:00" }] as const;
      at.inject(flowMod({ cookie: 7n, match }))._unsafeUnwrap();
    }
    const driver = new OpenFlowDriver({ listen: listener });
    const domain = topology.domainView(domainId("campus"));
    await clock.until(driver.attach({ domain, clock, segments: [] }));
    fabric.connect();
    await clock.advance(1_000);
    for (const { selfTest } of driver.profiles().values()) {
      expect(selfTest).toMatchObject({
        status: "not-done",
        reason: expect.stringMatching(/somebody else's flow/),
      });
    }
    await clock.until(driver.close());
  });

  test("that a crash cuts short leaves nothing either, once an agent is back", async () => {
    for (let after = 1; after <= 12; after += 1) {
      await using bed = await Testbed.start({ driver: { selfTest: false } });
      bed.crash();
      bed.driverOptions = {};
      let seen = 0;
      for (const at of bed.fabric.switches.values()) {
        at.observe((event) => {
          if (event.type !== "message" || event.direction !== "to-switch") return;
          const { type } = event.message;
          if (type !== "flow-mod" && type !== "group-mod" && type !== "meter-mod") return;
          seen += 1;
          if (seen === after * 5) queueMicrotask(() => at.breakConnections("cut"));
        });
      }
      await bed.restart();
      await bed.clock.advance(100_000);
      expect(bed.fabric.connected).toBe(true);
      expect(bed.held()).toEqual({});
      bed.expectForeignUntouched();
    }
  });

  test.each(roundings)(
    "networks get no less than they were promised of meters that round %s",
    async (_how, rounds) => {
      const rate = 1_000_001;
      await using bed = await Testbed.start({ rounds, learns: true });
      await bed.setUp("a", ["s1a:eth1", "s2a:eth1", "s3a:eth1"], rate, 101);
      const ratesHeld = () =>
        [...bed.fabric.switches.values()]
          .flatMap((at) => at.meters())
          .filter(({ meter }) => meter >= 1000)
          .flatMap(({ bands }) => bands.flatMap((band) => (band.type === "drop" ? band.rate : [])));
      const rates = ratesHeld();
      expect(rates.length).toBeGreaterThan(3);
      for (const kbps of rates) expect(kbps % 64).toBe(0);
      expect(Math.min(...rates)).toBe(1024);

      const held = bed.held();
      bed.crash();
      await bed.restart();
      expect(bed.held()).toEqual(held);
      const verified = await bed.clock.until(bed.agent.verifyNetwork("a", {}));
      expect(verified._unsafeUnwrap()).toMatchObject({ consistent: true });
      await bed.modify("a", [], [], 2 * rate);
      expect(ratesHeld()).toContain(2048);
      expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
    },
  );

  test("networks get no less than they were promised of meters whose steps double, also after a crash", async () => {
    const rates = [123_456_789, 7_000_001, 999_999_999];
    const rounds: FabricOptions["rounds"] = (mod) => inDoublingSteps(mod, Math.floor);
    await using bed = await Testbed.start({ rounds, learns: true });
    for (const [index, rate] of rates.entries()) {
      await bed.setUp(`p${index}`, ["s1a:eth1", "s2a:eth1"], rate, 101 + index);
    }
    const heldKbps = [...bed.fabric.switches.values()]
      .flatMap((at) => at.meters())
      .filter(({ meter }) => meter >= 1000)
      .flatMap(({ bands }) => bands.flatMap((band) => (band.type === "drop" ? band.rate : [])));
    for (const rate of rates) {
      const its = heldKbps.filter((kbps) => 1000 * kbps >= rate && 1000 * kbps < 1.03 * rate);
      expect(its, `${rate}`).toHaveLength(2);
    }
    const held = bed.held();
    bed.crash();
    await bed.restart();
    expect(bed.held()).toEqual(held);
    expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
  });

  test("is not made where networks are already", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
    bed.crash();
    const held = bed.held();
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    await bed.restart();
    expect(bed.held()).toEqual(held);
    expect(mods.count).toBe(0);
  });
});

describe("what a self-test has found", () => {
  test("is nothing where the switch was somebody else's to change meanwhile", async () => {
    const lacks: Lacks = (message) =>
      without("meter")(message) && { kind: "bad-request", code: "eperm" };
    await using bench = await connected({ lacks });
    for (const { selfTest } of bench.driver.profiles().values()) {
      expect(selfTest).toMatchObject({ status: "not-done" });
    }
  });

  test("is not believed longer than a connection where something is missing", async () => {
    let isDisturbed = true;
    const lacks: Lacks = (message) => (isDisturbed ? without("meter")(message) : undefined);
    await using bench = await connected({ lacks });
    expect(lacksIn(bench.driver.profiles())).toHaveLength(1);
    isDisturbed = false;
    for (const at of bench.fabric.switches.values()) at.breakConnections();
    await bench.clock.advance(60_000);
    expect(lacksIn(bench.driver.profiles())).toEqual([]);
  });

  test("refuses a network with the reason, before anything is touched", async () => {
    await using bed = await Testbed.start({ lacks: without("group all") });
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const asked = bed.agent.setupPhysicalNetwork(
      "p",
      ["s1a:eth1", "s1b:eth1", "s2a:eth1"],
      1e6,
      101,
    );
    const refused = (await bed.run(asked))._unsafeUnwrapErr();
    expect(describeError(refused)).toMatch(
      /the switch cannot hold groups of type ALL: bad-request\/bad-type/,
    );
    expect(mods.count).toBe(0);
    await bed.setUp("q", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
  });

  test("refuses networks that take tags off only where a second one would not be seen", async () => {
    await using bed = await Testbed.start({ vlanLimit: 2 });
    const asked = bed.agent.setupPhysicalNetwork("p", ["s1b:eth1", "s2a:eth1"], 1e6, 101);
    expect(describeError((await bed.run(asked))._unsafeUnwrapErr())).toMatch(
      /the switch cannot tell frames with two tags from others: it looks behind the second tag/,
    );
    await bed.setUp("q", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
  });
});
