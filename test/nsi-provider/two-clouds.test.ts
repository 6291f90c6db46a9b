import { describe, expect, test } from "vitest";
import { errorOf, value } from "../support/testbed.ts";
import { members, TwoClouds } from "./two-clouds.ts";

describe("a cloud that asks another for a circuit", () => {
  test("has a host there: frames pass when both say so, and nothing is left afterwards", async () => {
    await using its = await TwoClouds.start();
    const info = await its.setUp();
    expect(info.state).toBe("active");
    expect(its.copies(info)).toEqual([1, 1]);
    const [theirs] = its.b.listNetworks();
    expect(theirs).toMatchObject({ state: "active", bandwidth: 100e6 });
    value(await its.clock.until(its.a.teardownPhysicalNetwork("p")));
    expect(its.copies(info)).toEqual([0, 0]);
    its.expectNothing();
  });

  test("changes the rate of the circuit where it is", async () => {
    await using its = await TwoClouds.start();
    const info = await its.setUp();
    const before = its.b.listNetworks().map(({ project }) => project);
    value(await its.clock.until(its.a.modifyPhysicalNetwork("p", [], [], "300Mbps")));
    expect(its.b.listNetworks()).toMatchObject([{ project: before[0], bandwidth: 300e6 }]);
    expect(its.copies(info)).toEqual([1, 1]);
    value(await its.clock.until(its.a.modifyPhysicalNetwork("p", [], [], "50Mbps")));
    expect(its.b.listNetworks()).toMatchObject([{ project: before[0], bandwidth: 50e6 }]);
  });

  test("is refused what the policy does not allow, and has nothing", async () => {
    await using its = await TwoClouds.start();
    const asked = await its.clock.until(its.a.setupPhysicalNetwork("p", members, "600Mbps"));
    const [cause] = errorOf(asked, "driver-failed").causes;
    expect(cause?.message).toContain("00302: too much for you");
    await its.clock.advance(60_000);
    its.expectNothing();
  });

  test("is refused by name, and by certificate", async () => {
    const seen: (string | undefined)[] = [];
    await using its = await TwoClouds.start({
      policy: {
        admits: ({ clientSubject }) => {
          seen.push(clientSubject);
          return clientSubject === "CN=cloud-a";
        },
        allows: () => {
          throw new Error("nobody who is not admitted asks for anything");
        },
      },
    });
    const asked = await its.clock.until(its.a.setupPhysicalNetwork("p", members, "100Mbps"));
    expect(asked.isErr()).toBe(true);
    expect(seen.length).toBeGreaterThan(0);
    await its.clock.advance(60_000);
    its.expectNothing();
  });

  test("gets its circuit again when the other ends it", async () => {
    await using its = await TwoClouds.start();
    const info = await its.setUp();
    const [lost] = its.b.listNetworks();
    value(await its.clock.until(its.b.teardownPhysicalNetwork(lost?.project ?? "")));
    await its.clock.advance(60_000);
    expect(its.said.some((each) => each.includes("forcedEnd"))).toBe(true);
    expect(its.b.listNetworks()).toHaveLength(1);
    expect(its.b.listNetworks()[0]?.project).not.toBe(lost?.project);
    expect(its.copies(info)).toEqual([1, 1]);
  });

  test("keeps its circuit while the other starts anew, and ends it afterwards", async () => {
    await using its = await TwoClouds.start();
    const info = await its.setUp();
    const before = its.b.listNetworks().map(({ project }) => project);
    await its.stopB();
    expect(its.copies(info)).toEqual([1, 1]);
    await its.startB();
    await its.clock.advance(60_000);
    expect(its.b.listNetworks().map(({ project }) => project)).toEqual(before);
    expect(its.copies(info)).toEqual([1, 1]);
    value(await its.clock.until(its.a.teardownPhysicalNetwork("p")));
    its.expectNothing();
  });
});
