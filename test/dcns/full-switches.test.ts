import { describe, expect, test } from "vitest";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { describeError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { Topology } from "../../src/topology.ts";
import { campusDocument } from "../support/campus.ts";
import { ourCounts } from "../support/switch-state.ts";
import { Testbed, type TestbedOptions } from "../support/testbed.ts";

const linksOf = (info: NetworkInfo): string[] => info.links.map(({ id }) => String(id)).sort();

/** So many meters are ours at every switch, or so many groups. */
const meters = (count: number) => ({ meterIds: { first: 200_001, last: 200_000 + count } });
const groups = (count: number) => ({
  groupIds: { first: 0xdc05_0000, last: 0xdc05_0000 + count - 1 },
});

/** Every switch has somebody else's flow in its first table. */
const FOREIGN_FLOWS = 1;

/** What a network of two tagged hosts has in the table of a switch at its end, and of one in between. */
const FLOWS_AT_END = 4;
const FLOWS_BETWEEN = 2;

/** How much the table of one switch takes; those of others take all. */
const tableOf = (where: string, count: number): TestbedOptions => ({
  maxFlowsPerTable: (node) => (node === where ? FOREIGN_FLOWS + count : 1_000),
});

/** A line, so that there is no way around: s1, s2, s3. */
function line(): Topology {
  const { nodes, links, hosts, ...document } = campusDocument();
  const hasNo4 = (text: string): boolean => !text.includes("s4");
  return Topology.parse({
    ...document,
    nodes: nodes.filter(({ id }) => hasNo4(id)),
    links: (links ?? []).filter(({ id }) => hasNo4(id)),
    hosts: (hosts ?? []).filter(({ host }) => hasNo4(host)),
  })._unsafeUnwrap();
}

const changes = ["flow-mod", "group-mod", "meter-mod", "bundle-control"] as const;

/** A network that is refused for that reason, before any switch hears of it. */
async function expectRefused(bed: Testbed, ends: readonly string[], reason: RegExp): Promise<void> {
  using mods = bed.countMessages(...changes);
  const planned = bed.agent.planPhysicalNetwork("p", ends, "10Mbps");
  expect(describeError(planned._unsafeUnwrapErr())).toMatch(reason);
  const refused = await bed.run(bed.agent.setupPhysicalNetwork("p", ends, "10Mbps"));
  expect(refused._unsafeUnwrapErr().type).toBe("driver-failed");
  expect(describeError(refused._unsafeUnwrapErr())).toMatch(reason);
  expect(mods.count).toBe(0);
}

describe("a switch that has nothing left", () => {
  const ends = ["s1a:eth1", "s3a:eth1"];
  const branching = ["s1a:eth1", "s2a:eth1", "s3a:eth1"];
  const kinds = {
    "of its meters": {
      ...{ options: { driver: meters(1) }, first: ["s2a:eth1", "s3b:eth1"], next: ends },
      reason: /s3.*the switch has no meter numbers left for us/,
    },
    "of its groups": {
      ...{ options: { driver: groups(1) }, first: branching },
      ...{ next: branching, reason: /s2.*the switch has no group numbers left for us/ },
    },
    "of its table": {
      ...{ options: tableOf("s3", FLOWS_AT_END), first: ["s2a:eth1", "s3a:eth1"], next: ends },
      reason: /s3.*the switch has no room for more flows in table 0/,
    },
    "but too little of its table": {
      ...{ options: tableOf("s2", FLOWS_AT_END + 1), first: ["s1a:eth1", "s2a:eth1"], next: ends },
      reason: /s2.*the switch has room for 1 more flows in table 0: 2 are needed/,
    },
  } as const;

  test.each(Object.entries(kinds))("%s is named before any switch hears of it", async (_, kind) => {
    const { first, next, reason } = kind;
    await using bed = await Testbed.start({ ...kind.options, topology: line() });
    await bed.setUp("first", first, "10Mbps");
    await expectRefused(bed, next, reason);
    await bed.tearDown("first");
    bed.expectWhole(await bed.setUp("p", next, "10Mbps"));
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test.each([
    ["s2", ["s1-s4", "s4-s3"]],
    ["s4", ["s1-s2", "s2-s3"]],
  ])("of the table of %s is gone around, untouched", async (full, around) => {
    await using bed = await Testbed.start(tableOf(full, FLOWS_BETWEEN - 1));
    using adds = bed.countMessages(...changes);
    const planned = bed.agent.planPhysicalNetwork("p", ends, "10Mbps")._unsafeUnwrap();
    expect(planned.nodes.map(({ node }) => node)).not.toContain(full);
    expect(adds.count).toBe(0);
    using refused = bed.countFromSwitches("error");
    const info = await bed.setUp("p", ends, "10Mbps");
    expect(linksOf(info)).toEqual(around);
    expect(refused.count).toBe(0);
    bed.expectWhole(info);
  });

  test("of its groups is not where a tree branches", async () => {
    await using bed = await Testbed.start({ driver: groups(1) });
    // Both branch at s1 when they can: its two neighbours are as near as can be.
    const first = await bed.setUp("first", ["s1b:eth1", "s2b:eth1", "s4b:eth1"], "10Mbps");
    expect(linksOf(first)).toEqual(["s1-s2", "s1-s4"]);
    using refused = bed.countFromSwitches("error");
    const info = await bed.setUp("p", ["s1a:eth1", "s2a:eth1", "s4a:eth1"], "10Mbps");
    expect(linksOf(info).filter((id) => id.startsWith("s1-"))).toHaveLength(1);
    expect(refused.count).toBe(0);
    bed.expectWhole(info);
  });

  test("is not where a broken network goes: it stays degraded, and moves when there is room", async () => {
    await using bed = await Testbed.start(tableOf("s4", FLOWS_AT_END + 1));
    await bed.setUp("other", ["s1a:eth1", "s4a:eth1"], "10Mbps");
    await bed.setUp("p", ends, "10Mbps", undefined, { protection: "restore" });
    using refused = bed.countFromSwitches("error");
    bed.fabric.setLink("s2-s3", false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(1_000);
    expect(bed.info("p").state).toBe("degraded");
    expect(refused.count).toBe(0);
    await bed.tearDown("other");
    await bed.until(() => bed.info("p").state === "active");
    expect(linksOf(bed.info("p"))).toEqual(["s1-s4", "s4-s3"]);
    bed.expectWhole(bed.info("p"));
  });

  test("lets networks that it has stay as they are, change rate and shrink", async () => {
    await using bed = await Testbed.start({ driver: { ...meters(2), ...groups(1) } });
    const hosts = ["s1a:eth1", "s3a:eth1", "s3b:eth1"];
    await bed.setUp("p", hosts, "10Mbps", undefined, { delivery: "flood" });
    expect(ourCounts(bed.fabric.switchOf("s3"))).toMatchObject({ groups: 1, meters: 2 });
    await bed.modify("p", [], [], "20Mbps");
    await bed.modify("p", ["s2a:eth1"], []);
    bed.expectWhole(await bed.modify("p", [], ["s3b:eth1"]));
    await bed.setUp("q", ["s3b:eth1", "s4a:eth1"], "10Mbps");
    using mods = bed.countMessages(...changes);
    const grown = await bed.run(bed.agent.modifyPhysicalNetwork("q", ["s3a:eth1"], []));
    expect(grown.isErr()).toBe(true);
    expect(mods.count).toBe(0);
  });

  test("is full again after a restart, of the agent and of itself", async () => {
    await using bed = await Testbed.start({ driver: meters(1), topology: line() });
    await bed.setUp("first", ["s2a:eth1", "s3b:eth1"], "10Mbps");
    bed.crash();
    await bed.restart();
    await expectRefused(bed, ends, /s3.*no meter numbers left/);
    bed.fabric.switchOf("s3").powerOff();
    await bed.clock.advance(100);
    bed.fabric.switchOf("s3").powerOn();
    await bed.untilAllUp();
    await expectRefused(bed, ends, /s3.*no meter numbers left/);
    bed.expectWhole(bed.info("first"));
  });

  test("is not filled beyond by networks that are set up at the same moment", async () => {
    await using bed = await Testbed.start({ driver: meters(5), topology: line() });
    using mods = bed.countMessages("flow-mod");
    const all = await bed.run(
      Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          bed.agent.setupPhysicalNetwork(`p${index}`, ends, "10Mbps", 200 + index),
        ),
      ),
    );
    expect(all.filter((each) => each.isOk())).toHaveLength(5);
    // So nothing was made that was undone.
    expect(mods.count).toBe(5 * (2 * FLOWS_AT_END + FLOWS_BETWEEN));
    for (const each of all.filter((one) => one.isErr())) {
      expect(describeError(each._unsafeUnwrapErr())).toMatch(/no meter numbers left/);
    }
  });

  test("says nothing of what is to begin later", async () => {
    await using bed = await Testbed.start({ driver: meters(1), topology: line() });
    await bed.setUp("first", ["s2a:eth1", "s3b:eth1"], "10Mbps");
    const start = new Date(bed.clock.now() + 3_600_000).toISOString();
    const info = await bed.setUp("p", ends, "10Mbps", undefined, { schedule: { start } });
    expect(info.state).toBe("scheduled");
    await bed.tearDown("first");
    await bed.clock.advance(3_600_100);
    await bed.until(() => bed.info("p").state === "active");
  });

  test("has room again when somebody else has left, after one refusal at most", async () => {
    await using bed = await Testbed.start({ ...tableOf("s2", 1), topology: line() });
    await expectRefused(bed, ends, /s2.*room for 1 more flows in table 0: 2 are needed/);
    const [theirs] = bed.fabric.flowsOf("s2");
    if (theirs === undefined) throw new Error("somebody else has a flow");
    const { table, priority, match } = theirs;
    const gone = flowMod({ command: "delete-strict", table, priority, match });
    bed.fabric.switchOf("s2").inject(gone)._unsafeUnwrap();
    await bed.clock.advance(1_000);
    await bed.run(bed.agent.setupPhysicalNetwork("p", ends, "10Mbps"));
    await bed.clock.advance(100);
    await bed.setUp("p", ends, "10Mbps");
  });
});
