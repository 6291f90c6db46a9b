import { describe, expect, test } from "vitest";
import { probe, type SimulatedFabric } from "../../src/testing/index.ts";
import { Testbed } from "../support/testbed.ts";

const disjoint = { protection: "disjoint" } as const;
const ends = ["s1a:eth1", "s3a:eth1"] as const;

function hears(fabric: SimulatedFabric, from: string, to: string): number {
  const arrivals = probe(fabric, { hostPort: from, vlan: 101 });
  expect(arrivals.filter(({ hostPort }) => hostPort !== to)).toEqual([]);
  return arrivals.length;
}

function heardBothWays(bed: Testbed): readonly number[] {
  const [one, other] = ends;
  return [hears(bed.fabric, one, other), hears(bed.fabric, other, one)];
}

describe("a network with protection 'disjoint'", () => {
  test("has a second path in store, and switches go over to it before the agent has heard of anything", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ends, "100Mbps", 101, disjoint);
    expect(info.links.map(({ id }) => id)).toEqual(["s1-s2", "s2-s3"]);
    expect(info.backup?.links.map(({ id }) => id)).toEqual(["s1-s4", "s4-s3"]);
    expect(info.backup?.inUse).toBe(false);
    expect(heardBothWays(bed)).toEqual([1, 1]);
    for (const link of ["s1-s2", "s2-s3"]) {
      bed.fabric.setLink(link, false);
      expect(heardBothWays(bed)).toEqual([1, 1]);
      bed.fabric.setLink(link, true);
      expect(heardBothWays(bed)).toEqual([1, 1]);
    }
    bed.fabric.powerOff("s2");
    expect(heardBothWays(bed)).toEqual([1, 1]);
    expect(bed.fabric.violations).toEqual([]);
  });

  test("leaves a path that failed, so that nothing goes back there unasked, and is whole again when it can be", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ends, "100Mbps", 101, disjoint);
    bed.fabric.setLink("s2-s3", false);
    await bed.until(() => bed.info("p").generation === 2 && bed.info("p").state === "degraded");
    expect(bed.info("p").links.map(({ id }) => id)).toEqual(["s1-s4", "s4-s3"]);
    expect(bed.info("p").backup).toBeUndefined();
    expect(heardBothWays(bed)).toEqual([1, 1]);
    expect(bed.events).toContainEqual({
      type: "protection-switched",
      project: "p",
      from: ["s1-s2", "s2-s3"],
      to: ["s1-s4", "s4-s3"],
    });
    bed.fabric.setLink("s2-s3", true);
    await bed.until(() => bed.info("p").state === "active");
    expect(bed.info("p").links.map(({ id }) => id)).toEqual(["s1-s4", "s4-s3"]);
    expect(bed.info("p").backup?.links.map(({ id }) => id)).toEqual(["s1-s2", "s2-s3"]);
    await bed.clock.advance(5_000);
    expect(bed.info("p").generation).toBe(3);
    expect(heardBothWays(bed)).toEqual([1, 1]);
    bed.expectForeignUntouched();
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("gets another backup when that one fails, while frames go on as they went", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ends, "100Mbps", 101, disjoint);
    bed.fabric.setLink("s4-s3", false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(5_000);
    expect(bed.info("p").generation).toBe(1);
    bed.fabric.setLink("s4-s3", true);
    await bed.until(() => bed.info("p").state === "active");
    expect(heardBothWays(bed)).toEqual([1, 1]);
  });

  test("changes its rate and its tag on the two paths that it has", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", ends, "100Mbps", 101, disjoint);
    const before = bed.info("p");
    const faster = await bed.modify("p", [], [], "500Mbps");
    expect(faster.links.map(({ id, vlan }) => [id, vlan])).toEqual(
      before.links.map(({ id, vlan }) => [id, vlan]),
    );
    expect(faster.backup?.links.map(({ reserved }) => reserved.forward)).toEqual([
      500_000_000, 500_000_000,
    ]);
    expect(heardBothWays(bed)).toEqual([1, 1]);
    const retagged = await bed.modify("p", [], [], undefined, 300);
    expect(retagged.vlan).toBe(300);
    expect(retagged.backup).toEqual(faster.backup);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("is refused with what every way shares", async () => {
    await using bed = await Testbed.start();
    const bigger = await bed.run(
      bed.agent.setupPhysicalNetwork("p", [...ends], "2Gbps", 101, disjoint),
    );
    const error = bigger._unsafeUnwrapErr();
    expect(error).toMatchObject({ type: "no-path", explanation: { reason: "protection" } });
    expect(bed.held()).toEqual({});
  });

  test("is what it was after a crash", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ends, "100Mbps", 101, disjoint);
    const held = bed.held();
    await bed.crash();
    await bed.startAgent();
    await bed.untilAllUp();
    expect(bed.info("p")).toEqual(info);
    expect(bed.held()).toEqual(held);
    bed.fabric.setLink("s2-s3", false);
    expect(heardBothWays(bed)).toEqual([1, 1]);
  });
});
