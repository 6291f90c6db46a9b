import { describe, expect, test } from "vitest";
import type { Topology } from "../../src/topology.ts";
import { type Ends, fabric, ladder } from "../support/ladder.ts";
import { Testbed } from "../support/testbed.ts";

const restored = { protection: "restore" } as const;

function linksOf(bed: Testbed, project: string): readonly string[] {
  return bed.info(project).links.map(({ id }) => id);
}

/** Waits until the network stands on its second tree. */
async function moved(bed: Testbed, project: string): Promise<void> {
  await bed.until(() => bed.info(project).generation === 2 && bed.info(project).state === "active");
}

/** When a1 and b1 fail, the only way from s3 to s4 is over the link that a's path has. */
function exchange(): Topology {
  return fabric(
    {
      shared: ["s5", "s2"],
      a1: ["s1", "s5"],
      b1: ["s3", "s4"],
      b2: ["s3", "s5"],
      b3: ["s2", "s4"],
      a2: ["s1", "s2"],
    },
    "1Gbps",
  );
}

describe("a network with protection 'restore'", () => {
  test("moves to another tree when one of its links fails, and stays there when the link is back", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1", "s3b:eth1"], "10Mbps", 101, restored);
    expect(linksOf(bed, "p")).toEqual(["s1-s2", "s2-s3"]);
    bed.fabric.setLink("s2-s3", false);
    await moved(bed, "p");
    expect(linksOf(bed, "p")).toEqual(["s1-s2", "s1-s4", "s4-s3"]);
    bed.expectWhole(bed.info("p"));
    bed.fabric.setLink("s2-s3", true);
    await bed.clock.advance(5_000);
    expect(bed.info("p").generation).toBe(2);
    expect(bed.events.filter(({ type }) => type === "network-rerouted")).toMatchObject([
      { project: "p", from: ["s1-s2", "s2-s3"], to: ["s1-s2", "s1-s4", "s4-s3"] },
    ]);
    bed.expectForeignUntouched();
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("goes around a switch that has lost its power, whose labels are kept until it is seen clean", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "10Mbps", 101, restored);
    expect(linksOf(bed, "p")).toEqual(["s1-s2", "s2-s3"]);
    bed.fabric.powerOff("s2");
    await moved(bed, "p");
    expect(linksOf(bed, "p")).toEqual(["s1-s4", "s4-s3"]);
    bed.expectWhole(bed.info("p"));
    const grown = await bed.modify("p", ["s4a:eth1"], []);
    expect(grown.links.map(({ id }) => id)).toEqual(["s1-s4", "s4-s3"]);
    bed.expectWhole(grown);
    bed.fabric.powerOn("s2");
    await bed.until(() => bed.events.some(({ type }) => type === "quarantine-over"));
    bed.expectWhole(bed.info("p"));
    await bed.tearDown("p");
    expect(bed.held()).toEqual({});
  });

  test("without another way it waits, and moves as soon as another network makes room", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("big", ["s4a:eth1", "s3a:eth1"], "900Mbps", 150);
    expect(linksOf(bed, "big")).toEqual(["s4-s3"]);
    await bed.setUp("p", ["s1a:eth1", "s3b:eth1"], "200Mbps", 101, restored);
    expect(linksOf(bed, "p")).toEqual(["s1-s2", "s2-s3"]);
    bed.fabric.setLink("s1-s2", false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(5_000);
    expect([bed.info("p").generation, bed.info("p").state]).toEqual([1, "degraded"]);
    await bed.tearDown("big");
    await moved(bed, "p");
    expect(linksOf(bed, "p")).toEqual(["s1-s4", "s4-s3"]);
    bed.expectWhole(bed.info("p"));
  });

  test("many networks on one link share what is left: none gets more than there is", async () => {
    await using bed = await Testbed.start();
    const projects = ["a", "b", "c"];
    for (const [i, project] of projects.entries()) {
      await bed.setUp(project, ["s2a:eth1", "s3a:eth1"], "400Mbps", 110 + i, restored);
    }
    bed.fabric.setLink("s2-s3", false);
    await moved(bed, "b");
    await bed.clock.advance(5_000);
    expect(projects.map((one) => bed.info(one).state)).toEqual(["active", "active", "degraded"]);
    bed.fabric.setLink("s2-s3", true);
    await bed.until(() => bed.info("c").state === "active");
    expect(bed.info("c").generation).toBe(1);
    for (const project of projects) bed.expectWhole(bed.info(project));
  });

  test("whoever has the higher priority moves first, though it is younger and needs more", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("small", ["s2a:eth1", "s3a:eth1"], "300Mbps", 110, restored);
    const urgent = { ...restored, priority: 5 };
    await bed.setUp("urgent", ["s2b:eth1", "s3b:eth1"], "800Mbps", 111, urgent);
    expect(bed.info("urgent").priority).toBe(5);
    bed.fabric.setLink("s2-s3", false);
    await moved(bed, "urgent");
    await bed.clock.advance(5_000);
    expect(["small", "urgent"].map((one) => bed.info(one).state)).toEqual(["degraded", "active"]);
    bed.expectWhole(bed.info("urgent"));
  });

  test("failures heard of within a few milliseconds are answered once, with one move each", async () => {
    await using bed = await Testbed.start({ topology: ladder() });
    for (const vlan of [110, 111, 112]) {
      await bed.setUp(`p${vlan}`, ["s1a:eth1", "s2a:eth1"], "100Mbps", vlan, restored);
    }
    bed.fabric.setLink("s1-s2", false);
    bed.fabric.setLink("s1-s3", false);
    for (const vlan of [110, 111, 112]) await moved(bed, `p${vlan}`);
    await bed.clock.advance(5_000);
    for (const vlan of [110, 111, 112]) {
      expect(linksOf(bed, `p${vlan}`)).toEqual(["s1-s4", "s2-s4"]);
      expect(bed.info(`p${vlan}`).generation).toBe(2);
      bed.expectWhole(bed.info(`p${vlan}`));
    }
  });

  test("a network that needs what another's old path holds moves right after that one", async () => {
    await using bed = await Testbed.start({ topology: exchange() });
    await bed.setUp("a", ["s1a:eth1", "s2a:eth1"], "1Gbps", 101, restored);
    await bed.setUp("b", ["s3a:eth1", "s4a:eth1"], "1Gbps", 102, restored);
    expect([linksOf(bed, "a"), linksOf(bed, "b")]).toEqual([["a1", "shared"], ["b1"]]);
    bed.fabric.setLink("a1", false);
    bed.fabric.setLink("b1", false);
    for (const project of ["a", "b"]) await moved(bed, project);
    expect([linksOf(bed, "a"), linksOf(bed, "b")]).toEqual([["a2"], ["b2", "b3", "shared"]]);
    for (const project of ["a", "b"]) bed.expectWhole(bed.info(project));
  });

  test("a path that keeps a link moves even if that has no room for it twice", async () => {
    const links: Readonly<Record<string, Ends>> = {
      access: ["s1", "s3"],
      direct: ["s3", "s2"],
      around1: ["s3", "s4"],
      around2: ["s4", "s2"],
    };
    await using bed = await Testbed.start({ topology: fabric(links, "1Gbps") });
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "600Mbps", 101, restored);
    expect(linksOf(bed, "p")).toEqual(["access", "direct"]);
    bed.fabric.setLink("direct", false);
    await moved(bed, "p");
    expect(linksOf(bed, "p")).toEqual(["access", "around1", "around2"]);
    bed.expectWhole(bed.info("p"));
  });

  test("one that asked for no protection stays where it is", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
    bed.fabric.setLink("s1-s2", false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(5_000);
    expect(bed.info("p").generation).toBe(1);
  });
});
