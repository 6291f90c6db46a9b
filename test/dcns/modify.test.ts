import { describe, expect, test } from "vitest";
import type { DcnsAgent } from "../../src/dcns.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { endsInBoth, endsOfEither, FrameWatch } from "../support/frame-watch.ts";
import { endsOf, errorOf, Testbed, value } from "../support/testbed.ts";

type ModifyArguments = Parameters<DcnsAgent["modifyPhysicalNetwork"]>;

/** A network, a change of it, and the network that it becomes. */
interface Change {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly bw: string;
  readonly change: ModifyArguments extends [string, ...infer Rest] ? Rest : never;
}

const changes: readonly Change[] = [
  {
    name: "a host of another switch joins",
    hosts: ["s1a:eth1", "s2a:eth1"],
    bw: "10Mbps",
    change: [["s3b:eth1"], []],
  },
  {
    name: "a host leaves with its branch",
    hosts: ["s1a:eth1", "s2a:eth1", "s3b:eth1"],
    bw: "10Mbps",
    change: [[], ["s3b:eth1"]],
  },
  {
    name: "one host takes the place of another",
    hosts: ["s1a:eth1", "s2a:eth1", "s4a:eth1"],
    bw: "10Mbps",
    change: [["s3a:eth1"], ["s4a:eth1"]],
  },
  {
    name: "three become five",
    hosts: ["s1a:eth1", "s2b:eth1", "s3a:eth1"],
    bw: "10Mbps",
    change: [["s4a:eth1", "s1b:eth1"], []],
  },
  {
    name: "the rate goes up in place",
    hosts: ["s1a:eth1", "s2a:eth1", "s3b:eth1"],
    bw: "10Mbps",
    change: [[], [], "200Mbps"],
  },
  {
    name: "the rate goes down",
    hosts: ["s1a:eth1", "s3b:eth1"],
    bw: "100Mbps",
    change: [[], [], "1Mbps"],
  },
  {
    name: "the rate does not fit any more, and the network moves",
    hosts: ["s4a:eth1", "s3a:eth1"],
    bw: "100Mbps",
    change: [[], [], "2Gbps"],
  },
  {
    name: "a multipoint network moves as it grows",
    hosts: ["s4a:eth1", "s3a:eth1", "s3b:eth1"],
    bw: "100Mbps",
    change: [["s4b:eth1"], [], "1.5Gbps"],
  },
];

async function changed(bed: Testbed, { hosts, bw, change }: Change): Promise<NetworkInfo> {
  await bed.setUp("p", hosts, bw, 101);
  return bed.modify("p", ...change);
}

describe("modifyPhysicalNetwork", () => {
  test.each(changes)("$name: and the network is whole", async (change) => {
    await using bed = await Testbed.start();
    const info = await changed(bed, change);
    bed.expectWhole(info);
    expect(info.generation).toBe(2);
    expect(info.state).toBe("active");
    bed.expectForeignUntouched();
    expect(value(await bed.run(bed.agent.verifyNetwork("p"))).consistent).toBe(true);
  });

  test.each(changes)(
    "$name: hosts that stay lose no frame, and none is doubled or leaks, whatever the order of messages",
    async ({ hosts, bw, change }) => {
      for (const seed of [1, 2, 3]) {
        await using bed = await Testbed.start({ seed, faults: { delay: 1, maxDelayMs: 7 } });
        const before = await bed.setUp("p", hosts, bw, 101);
        const target = await targetOf({ hosts, bw, change });
        const watch = new FrameWatch(bed.fabric, {
          staying: endsInBoth(endsOf(before), endsOf(target)),
          all: endsOfEither(endsOf(before), endsOf(target)),
        });
        const after = value(
          await bed.run(bed.agent.modifyPhysicalNetwork("p", ...change), watch.step),
        );
        expect([...watch.troubles]).toEqual([]);
        expect(watch.steps).toBeGreaterThan(10);
        expect(endsOf(after)).toEqual(endsOf(target));
        bed.expectWhole(after);
      }
    },
  );

  test("says that a network has left its tree, and what the tree lacked; not where it has stayed", async () => {
    await using bed = await Testbed.start();
    const moves = (): readonly unknown[] =>
      bed.events.filter(({ type }) => type === "network-rerouted");
    await bed.setUp("p", ["s4a:eth1", "s3a:eth1"], "100Mbps", 101);
    await bed.modify("p", [], [], "200Mbps");
    expect(moves()).toEqual([]);
    await bed.modify("p", [], [], "2Gbps");
    expect(moves()).toMatchObject([
      {
        project: "p",
        from: ["s4-s3"],
        to: ["s1-s2", "s1-s4", "s2-s3"],
        because: { type: "no-path", explanation: { reason: "bandwidth" } },
      },
    ]);
  });

  test.each(changes)(
    "$name: a change that a switch refuses leaves the network exactly as it was",
    async (one) => {
      const { hosts, bw, change } = one;
      const target = await targetOf(one);
      for (const node of ["s1", "s2", "s3", "s4"]) {
        for (const nth of [1, 2]) {
          await using bed = await Testbed.start({ seed: nth, faults: { delay: 1, maxDelayMs: 7 } });
          const before = await bed.setUp("p", hosts, bw, 101);
          const held = bed.held();
          const rejection = {
            type: "reject",
            kind: "flow-mod-failed",
            code: "table-full",
          } as const;
          bed.fabric.switchOf(node).faults.add({ on: "flow-mod", nth, fault: rejection });
          const watch = new FrameWatch(bed.fabric, {
            staying: endsOf(before),
            all: endsOfEither(endsOf(before), endsOf(target)),
          });
          const result = await bed.run(bed.agent.modifyPhysicalNetwork("p", ...change), watch.step);
          if (result.isOk()) continue;
          expect(errorOf(result, "driver-failed").causes.map((cause) => cause.node)).toContain(
            node,
          );
          const leaving = endsOf(before).length > endsInBoth(endsOf(before), endsOf(target)).length;
          expect(
            [...watch.troubles].filter((what) => !leaving || !what.includes("misses")),
          ).toEqual([]);
          expect(bed.info("p")).toEqual({ ...before, updatedAt: bed.info("p").updatedAt });
          expect(bed.held()).toEqual(held);
          bed.expectWhole(before);
        }
      }
    },
  );

  test("another VLAN is given to the tagged hosts; links keep their labels", async () => {
    await using bed = await Testbed.start();
    const before = await bed.setUp("p", ["s1a:eth1", "s3b:eth1", "s2a:eth1"], "1Mbps", 101);
    const after = await bed.modify("p", [], [], undefined, 300);
    expect(after.vlan).toBe(300);
    expect(after.links).toEqual(before.links);
    expect(after.endpoints.map(({ vlan }) => vlan)).toEqual([300, 300, null]);
    bed.expectWhole(after);
  });

  test("down to one endpoint the network is partial, and grows again", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "1Mbps", 101);
    const partial = await bed.modify("p", [], ["s3a:eth1"]);
    expect([partial.state, partial.links]).toEqual(["partial", []]);
    bed.expectWhole(partial);
    const again = await bed.modify("p", ["s4b:eth1"], []);
    expect([again.state, again.vlan, again.generation]).toEqual(["active", 101, 3]);
    bed.expectWhole(again);
  });

  test("down to no endpoint is refused", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "1Mbps", 101);
    const all = ["s1a:eth1", "s3a:eth1"];
    const refused = await bed.run(bed.agent.modifyPhysicalNetwork("p", [], all));
    expect(errorOf(refused, "invalid-request").faults[0]?.path).toEqual(["remHostPorts"]);
    expect(bed.info("p")).toEqual(info);
    bed.expectWhole(info);
  });

  test.each<[string, Change["change"]]>([
    ["adding a member", [["s1a:eth1"], []]],
    ["removing a stranger", [[], ["s4a:eth1"]]],
    ["the same rate and VLAN", [[], [], "1Mbps", "101"]],
    ["nothing at all", [[], []]],
  ])("%s changes nothing", async (_, change) => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "1Mbps", 101);
    const { commits } = bed.store;
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    expect(await bed.modify("p", ...change)).toEqual(info);
    expect(mods.count).toBe(0);
    expect(bed.store.commits).toBe(commits);
  });

  test("only what differs is sent: another rate touches meters and nothing else", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1", "s3a:eth1"], "1Mbps", 101);
    using others = bed.countMessages("flow-mod", "group-mod");
    using meters = bed.countMessages("meter-mod");
    await bed.modify("p", [], [], "2Mbps");
    expect([others.count, meters.count]).toEqual([0, 3]);
  });

  test("a rate that fits nowhere is refused, and the network stays", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "1Mbps", 101);
    const held = bed.held();
    const refused = await bed.run(bed.agent.modifyPhysicalNetwork("p", [], [], "11Gbps"));
    errorOf(refused, "no-path");
    expect(bed.info("p")).toEqual(info);
    expect(bed.held()).toEqual(held);
  });

  test("what a move gave up is free for others", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s4a:eth1", "s3a:eth1"], "1Gbps", 101);
    const moved = await bed.modify("p", [], [], "2Gbps");
    expect(moved.links.map(({ id }) => id)).not.toContain("s4-s3");
    const other = await bed.setUp("q", ["s4b:eth1", "s3b:eth1"], "1Gbps", 101);
    expect(other.links.map(({ id }) => id)).toEqual(["s4-s3"]);
    for (const info of bed.agent.listNetworks()) bed.expectWhole(info);
  });

  test("a project without a network has nothing to modify", async () => {
    await using bed = await Testbed.start();
    const result = await bed.run(bed.agent.modifyPhysicalNetwork("p", ["s1a:eth1"], []));
    expect(errorOf(result, "network-not-found").project).toBe("p");
  });
});

/** What a change makes of a network, found out on another fabric. */
async function targetOf(change: Omit<Change, "name">): Promise<NetworkInfo> {
  await using bed = await Testbed.start();
  return await changed(bed, { name: "", ...change });
}
