import { describe, expect, test } from "vitest";
import { LOOK_MS } from "../../src/agent/scheduler.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const MINUTE = 60_000;
const pair = ["s1a:eth1", "s3b:eth1"];
const others = ["s1b:eth1", "s3a:eth1"];

/** An instant so many minutes after the start of the testbed's clock, as a caller writes it. */
function minute(bed: Testbed, minutes: number): string {
  return new Date(bed.clock.now() + minutes * MINUTE).toISOString();
}

async function pass(bed: Testbed, minutes: number): Promise<void> {
  await bed.clock.advance(minutes * MINUTE + 2_000);
}

function statesOf(bed: Testbed, project: string): readonly string[] {
  return bed.events.flatMap((event) =>
    event.type === "network-state" && event.project === project ? [event.state] : [],
  );
}

describe("a network with a schedule", () => {
  test("is reserved now, provisioned at its start, and released at its end", async () => {
    await using bed = await Testbed.start();
    const schedule = { start: minute(bed, 1), end: minute(bed, 3) };
    const info = await bed.setUp("p", pair, "100Mbps", 101, { schedule });
    expect(info).toMatchObject({ state: "scheduled", schedule, segments: [{ state: "reserved" }] });
    expect(bed.held()).toEqual({});
    bed.expectGone(info);

    await pass(bed, 1);
    expect(bed.info("p")).toMatchObject({ state: "active", schedule });
    bed.expectWhole(bed.info("p"));
    await pass(bed, 2);
    bed.expectNothingLeft();
    expect(statesOf(bed, "p")).toEqual(["scheduled", "provisioning", "active", "releasing"]);
  });

  test("begins at once where the start has passed, and ends all the same", async () => {
    await using bed = await Testbed.start();
    const schedule = { start: minute(bed, -1), end: minute(bed, 1) };
    const info = await bed.setUp("p", pair, "100Mbps", 101, { schedule });
    expect(info).toMatchObject({ state: "active", schedule });
    await pass(bed, 1);
    bed.expectNothingLeft();
  });

  test("leaves nothing that is due on the clock when the agent closes", async () => {
    const bed = await Testbed.start();
    await bed.setUp("p", pair, "100Mbps", 101, { schedule: { start: minute(bed, 1) } });
    await bed[Symbol.asyncDispose]();
    await bed.clock.settle();
    expect(bed.clock.countTimers()).toBe(0);
  });

  test("can be asked for again, and torn down before its start without touching a switch", async () => {
    await using bed = await Testbed.start();
    const schedule = { start: minute(bed, 1) };
    const info = await bed.setUp("p", pair, "100Mbps", 101, { schedule });
    expect(await bed.setUp("p", pair, "100Mbps", 101, { schedule })).toEqual(info);
    const later = { schedule: { start: minute(bed, 2) } };
    const other = bed.agent.setupPhysicalNetwork("p", pair, "100Mbps", 101, later);
    expect(errorOf(await bed.run(other), "network-exists").differs).toEqual(["schedule"]);
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    await bed.tearDown("p");
    expect(mods.count).toBe(0);
    bed.expectNothingLeft();
    await pass(bed, 2);
    bed.expectNothingLeft();
  });

  test("refuses to be verified, and to be measured, before its start", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "100Mbps", 101, { schedule: { start: minute(bed, 1) } });
    errorOf(await bed.run(bed.agent.verifyNetwork("p")), "wrong-state");
    errorOf(await bed.run(bed.agent.getNetworkStatistics("p")), "wrong-state");
  });
});

describe("a network that is held", () => {
  test("keeps its place, and is provisioned when it is told to, not at its start", async () => {
    await using bed = await Testbed.start();
    const held = { schedule: { start: minute(bed, 1), hold: true } };
    const info = await bed.setUp("p", ["s4a:eth1", "s3a:eth1"], "800Mbps", 101, held);
    expect(info).toMatchObject({ state: "scheduled", schedule: held.schedule });
    const now = { schedule: { hold: true } };
    await bed.setUp("q", ["s1a:eth1", "s2a:eth1"], "100Mbps", 102, now);
    await pass(bed, 2);
    bed.crash();
    await bed.restart();
    await pass(bed, 1);
    expect(bed.agent.listNetworks().map(({ state }) => state)).toEqual(["scheduled", "scheduled"]);
    expect(bed.held()).toEqual({});
    const taken = new Set(info.links.map(({ id }) => id));
    const other = await bed.run(
      bed.agent.setupPhysicalNetwork("r", ["s4b:eth1", "s3b:eth1"], "800Mbps"),
    );
    expect(other.isOk() && other.value.links.some(({ id }) => taken.has(id))).toBe(false);

    const begin = { schedule: { hold: false } };
    for (const project of ["p", "q"]) {
      await bed.modify(project, [], [], undefined, undefined, begin);
    }
    await bed.clock.advance(1_000);
    for (const project of ["p", "q"]) {
      expect(bed.info(project).state).toBe("active");
      bed.expectWhole(bed.info(project));
    }
    const again = bed.agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, now);
    errorOf(await bed.run(again), "invalid-request");
  });

  test("begins at its start when it is let go before, and is gone at its end all the same", async () => {
    await using bed = await Testbed.start();
    const schedule = { start: minute(bed, 2), end: minute(bed, 4), hold: true };
    await bed.setUp("p", pair, "100Mbps", 101, { schedule });
    await bed.setUp("q", others, "100Mbps", 102, { schedule });
    await bed.modify("p", [], [], undefined, undefined, { schedule: { hold: false } });
    await pass(bed, 1);
    expect(bed.info("p").state).toBe("scheduled");
    await pass(bed, 1.5);
    expect([bed.info("p").state, bed.info("q").state]).toEqual(["active", "scheduled"]);
    await pass(bed, 2);
    bed.expectNothingLeft();
  });
});

describe("the ledger over time", () => {
  test("has room for networks one after another, and not for what overlaps either", async () => {
    await using bed = await Testbed.start();
    const [one, two, three] = [minute(bed, 1), minute(bed, 2), minute(bed, 3)];
    const ask = (project: string, schedule: object, hosts = others) =>
      bed.agent.setupPhysicalNetwork(project, hosts, "9Gbps", 101, { schedule });
    const first = await bed.run(ask("first", { start: one, end: two }, pair));
    const links = new Set(value(first).links.map(({ id }) => id));
    expect(value(await bed.run(ask("second", { start: two, end: three }))).state).toBe("scheduled");
    const taken = [
      { start: one, end: two },
      { start: minute(bed, 0.5), end: minute(bed, 1.5) },
      { end: minute(bed, 2.5) },
      {},
    ];
    for (const schedule of taken) {
      const third = await bed.run(ask("third", schedule));
      // There may be another way round, never the same links.
      if (third.isErr()) continue;
      expect(third.value.links.filter(({ id }) => links.has(id))).toEqual([]);
      await bed.tearDown("third");
    }
    const before = value(await bed.run(ask("third", { end: one })));
    expect(before.state).toBe("active");
    await pass(bed, 1);
    expect(bed.agent.listNetworks().map(({ project, state }) => [project, state])).toEqual([
      ["first", "active"],
      ["second", "scheduled"],
    ]);
    await pass(bed, 1);
    expect(bed.agent.listNetworks().map(({ project, state }) => [project, state])).toEqual([
      ["second", "active"],
    ]);
    bed.expectWhole(bed.info("second"));
  });

  test("a network whose place has not been left waits for it, and then begins", async () => {
    await using bed = await Testbed.start();
    const first = { schedule: { end: minute(bed, 1) } };
    const second = { schedule: { start: minute(bed, 1) } };
    await bed.setUp("first", ["s1a:eth1", "s1b:eth1"], "100Mbps", 101, first);
    await bed.setUp("second", ["s1a:eth1", "s1b:eth1"], "100Mbps", 101, second);
    bed.fabric.powerOff("s1");
    await pass(bed, 1);
    expect(bed.info("first").state).toBe("releasing");
    expect(bed.info("second").state).toBe("scheduled");
    expect(bed.events.filter(({ type }) => type === "schedule-delayed").length).toBeGreaterThan(0);
    bed.fabric.powerOn("s1");
    await bed.untilAllUp();
    await bed.clock.advance(LOOK_MS);
    expect(bed.agent.getNetworkInfo("first").isErr()).toBe(true);
    expect(bed.info("second").state).toBe("active");
    bed.expectWhole(bed.info("second"));
  });
});

describe("a change of schedule", () => {
  test("moves the start of what is reserved, or takes it away", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "100Mbps", 101, { schedule: { start: minute(bed, 1) } });
    const later = minute(bed, 2);
    const moved = await bed.modify("p", [], [], undefined, undefined, {
      schedule: { start: later },
    });
    expect(moved).toMatchObject({ state: "scheduled", schedule: { start: later } });
    await pass(bed, 1);
    expect(bed.info("p").state).toBe("scheduled");
    await bed.modify("p", [], [], undefined, undefined, { schedule: { start: null } });
    await bed.clock.advance(1_000);
    expect(bed.info("p")).toMatchObject({ state: "active", schedule: {} });
    bed.expectWhole(bed.info("p"));
  });

  test("changes members and rate of what is reserved, and touches no switch", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "100Mbps", 101, { schedule: { start: minute(bed, 1) } });
    const info = await bed.modify("p", ["s2a:eth1"], ["s3b:eth1"], "200Mbps");
    expect(info).toMatchObject({ state: "scheduled", bandwidth: 200e6, generation: 2, vlan: 101 });
    expect(bed.held()).toEqual({});
    await pass(bed, 1);
    bed.expectWhole(bed.info("p"));
  });

  test("puts the end off where nobody has reserved that time, and brings it forward", async () => {
    await using bed = await Testbed.start();
    const [one, two, three] = [minute(bed, 1), minute(bed, 2), minute(bed, 3)];
    await bed.setUp("p", ["s4a:eth1", "s3a:eth1"], "800Mbps", 101, { schedule: { end: one } });
    const until = (end: string | null) =>
      bed.agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, { schedule: { end } });
    expect(value(await bed.run(until(two))).schedule).toEqual({ end: two });
    const next = { schedule: { start: two } };
    const other = await bed.setUp("q", ["s4b:eth1", "s3b:eth1"], "800Mbps", 102, next);
    const before = bed.info("p").links;
    expect(other.links).toEqual(before.map((link) => ({ ...link, vlan: 102 })));
    for (const end of [three, null]) errorOf(await bed.run(until(end)), "no-path");
    expect(bed.info("p")).toMatchObject({ schedule: { end: two }, links: before });
    expect(value(await bed.run(until(one))).schedule).toEqual({ end: one });
    await pass(bed, 2);
    expect(bed.agent.listNetworks().map(({ project }) => project)).toEqual(["q"]);
    bed.expectWhole(bed.info("q"));
  });

  test.each([
    ["an end before the start", { start: 7_200_000, end: 3_600_000 }, "must be after the start"],
    ["an end that has passed", { start: undefined, end: -1 }, "must be in the future"],
  ])("%s is refused and changes nothing", async (_, { start, end }, message) => {
    await using bed = await Testbed.start();
    const at = (ms: number | undefined) => (ms === undefined ? {} : bed.clock.now() + ms);
    const schedule = {
      ...(start === undefined ? {} : { start: Number(at(start)) }),
      end: Number(at(end)),
    };
    const set = await bed.run(
      bed.agent.setupPhysicalNetwork("p", pair, "1Gbps", 101, { schedule }),
    );
    expect(errorOf(set, "invalid-request").faults[0]?.message).toBe(message);
    await bed.setUp("p", pair, "1Gbps", 101);
    const info = bed.info("p");
    const changed = await bed.run(
      bed.agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, { schedule }),
    );
    errorOf(changed, "invalid-request");
    expect(bed.info("p")).toEqual(info);
  });

  test("of a start that has come is refused", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", pair, "1Gbps", 101);
    const changed = await bed.run(
      bed.agent.modifyPhysicalNetwork("p", [], [], undefined, undefined, {
        schedule: { start: minute(bed, 1) },
      }),
    );
    errorOf(changed, "invalid-request");
    expect(bed.info("p")).toEqual(info);
  });
});

describe("a start that goes wrong", () => {
  test("is tried again until the switches are there", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "100Mbps", 101, { schedule: { start: minute(bed, 1) } });
    bed.fabric.powerOff("s1");
    await pass(bed, 2);
    expect(bed.info("p").state).toBe("provisioning");
    const changed = await bed.run(bed.agent.modifyPhysicalNetwork("p", [], [], "50Mbps"));
    expect(errorOf(changed, "wrong-state")).toMatchObject({
      state: "provisioning",
      message: "it could not be provisioned at its start: that is tried again",
    });
    expect(bed.events.some(({ type }) => type === "schedule-delayed")).toBe(true);
    bed.fabric.powerOn("s1");
    await bed.untilAllUp();
    await bed.clock.advance(LOOK_MS);
    expect(bed.info("p").state).toBe("active");
    bed.expectWhole(bed.info("p"));
    await bed.tearDown("p");
    expect(bed.held()).toEqual({});
  });

  test("goes another way where a link is down that was reserved", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", pair, "100Mbps", 101, {
      schedule: { start: minute(bed, 1) },
    });
    const [first] = info.links;
    bed.fabric.setLink(first?.id ?? "", false);
    await pass(bed, 1);
    expect(bed.info("p")).toMatchObject({ state: "active", vlan: 101 });
    expect(bed.info("p").links.map(({ id }) => id)).not.toContain(first?.id);
    bed.expectWhole(bed.info("p"));
  });
});

describe("schedules across restarts and set clocks", () => {
  test("an agent that starts late does what was due: provisions, releases, forgets", async () => {
    await using bed = await Testbed.start();
    const ask = (project: string, vlan: number, schedule: object) =>
      bed.setUp(project, ["s1a:eth1", "s2a:eth1"], "100Mbps", vlan, { schedule });
    await ask("begins", 101, { start: minute(bed, 1) });
    await ask("ends", 102, { end: minute(bed, 1) });
    await ask("both", 103, { start: minute(bed, 1), end: minute(bed, 2) });
    await ask("waits", 104, { start: minute(bed, 9) });
    bed.crash();
    await pass(bed, 3);
    await bed.restart();
    await bed.clock.advance(1_000);
    expect(bed.agent.listNetworks().map(({ project, state }) => [project, state])).toEqual([
      ["begins", "active"],
      ["waits", "scheduled"],
    ]);
    bed.expectWhole(bed.info("begins"));
    await bed.tearDown("begins");
    await bed.tearDown("waits");
    bed.expectNothingLeft();
  });

  test("killed at any step of a start or an end, the next agent finishes it", async () => {
    let steps = 0;
    for (let killAt = 0; killAt <= steps; killAt++) {
      await using bed = await Testbed.start();
      const schedule = { start: minute(bed, 1), end: minute(bed, 2) };
      await bed.setUp("p", pair, "100Mbps", 101, { schedule });
      for (const state of ["active", "gone"]) {
        await bed.clock.advance(MINUTE - 1);
        let step = 0;
        const due = new Promise<void>((resolve) => bed.clock.setTimeout(resolve, 40));
        await bed.run(due, () => {
          if (step === killAt) bed.crash();
          step += 1;
        });
        steps = Math.max(steps, Math.min(step, 60));
        if (!bed.isRunning) await bed.restart();
        await bed.clock.advance(5_000);
        if (state === "gone") bed.expectNothingLeft();
        else bed.expectWhole(bed.info("p"));
      }
    }
    expect(steps).toBeGreaterThan(5);
  });

  test("a wall clock that is set forward is noticed", async () => {
    let ahead = 0;
    await using bed = await Testbed.start();
    const { clock } = bed;
    bed.crash();
    bed.agentOptions = {
      clock: { ...clock, now: () => clock.now() + ahead },
    };
    await bed.restart();
    await bed.setUp("p", pair, "100Mbps", 101, { schedule: { start: minute(bed, 24) } });
    await bed.clock.advance(60_000);
    expect(bed.info("p").state).toBe("scheduled");
    ahead = 25 * MINUTE;
    await bed.clock.advance(LOOK_MS + 1_000);
    expect(bed.info("p").state).toBe("active");
    ahead = 0;
    await bed.clock.advance(LOOK_MS + 1_000);
    expect(bed.info("p").state).toBe("active");
    bed.expectWhole(bed.info("p"));
  });
});
