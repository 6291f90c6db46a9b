import { describe, expect, test } from "vitest";
import { Testbed } from "../support/testbed.ts";

const restored = { protection: "restore" } as const;

function linksOf(bed: Testbed, project: string): readonly string[] {
  return bed.info(project).links.map(({ id }) => id);
}

/** Waits until the network stands on its second tree. */
async function moved(bed: Testbed, project: string): Promise<void> {
  await bed.until(() => bed.info(project).generation === 2 && bed.info(project).state === "active");
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

  test("one that asked for no protection stays where it is", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps", 101);
    bed.fabric.setLink("s1-s2", false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(5_000);
    expect(bed.info("p").generation).toBe(1);
  });
});
