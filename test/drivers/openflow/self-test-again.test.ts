import { describe, expect, test } from "vitest";
import type { Feature } from "../../../src/drivers/openflow/compile/features.ts";
import { lacksOf } from "../../../src/drivers/openflow/compile/switch-profile.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { type Lacks, without } from "../../support/lacking.ts";
import { Testbed, type TestbedOptions } from "../../support/testbed.ts";

/** What each switch seems to lack. */
function lackingAt(bed: Testbed): readonly (readonly Feature[])[] {
  const profiles = [...bed.driver.profiles().values()];
  return profiles.map((profile) => lacksOf(profile).map(({ feature }) => feature));
}

/** A testbed whose switches refuse what `lacks` says for as long as they are disturbed. */
async function disturbed(lacks: Lacks, options: TestbedOptions = {}) {
  let isDisturbed = true;
  const bed = await Testbed.start({
    learns: true,
    driver: { learning: "either" },
    ...options,
    lacks: (message) => (isDisturbed ? lacks(message) : undefined),
  });
  // Frames that do not come back are waited for.
  await bed.clock.advance(1_000);
  return {
    bed,
    disturb: (is: boolean) => {
      isDisturbed = is;
    },
    lackingNow: () => lackingAt(bed),
    /** All switches come back, and all is calm again. */
    reconnect: async (waitMs = 60_000) => {
      for (const at of bed.fabric.switches.values()) at.breakConnections();
      await bed.clock.advance(waitMs);
    },
    [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
  };
}

/** Whether a message adds a flow of ours. */
function addsFlow(message: OfMessage): boolean {
  return (
    message.type === "flow-mod" && message.command === "add" && message.cookie >> 48n === 0xdc05n
  );
}

/** Whether a message adds a flow that is held to a meter. */
function isMetered(message: OfMessage): boolean {
  return addsFlow(message) && without("meter")(message) !== undefined;
}

const all = <T>(each: T): readonly T[] => Array.from({ length: 4 }, () => each);

describe("what a switch seems to lack", () => {
  test("is tried again beside networks, and they stay as they are", async () => {
    const lacks: Lacks = (message) =>
      without("group all")(message) ?? without("nx-learn2")(message);
    await using its = await disturbed(lacks);
    const { bed, lackingNow } = its;
    expect(lackingNow().map((each) => [...each].sort())).toEqual(all(["group-all", "learn"]));
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "10Mbps", 101);
    const held = bed.held();
    its.disturb(false);
    await its.reconnect();
    expect(bed.held()).toEqual(held);
    // Who learns addresses for networks that stand is not changed beside them.
    const carrying = Object.keys(held).length;
    expect([...lackingNow()].sort()).toEqual([
      ...all([]).slice(carrying),
      ...all(["learn"]).slice(0, carrying),
    ]);
    await bed.setUp("q", ["s1a:eth1", "s2a:eth1", "s3a:eth1"], "10Mbps", 102);
    expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
    await bed.tearDown("p");
    await bed.tearDown("q");
    await its.reconnect();
    expect(lackingNow()).toEqual(all([]));
  });

  test("is tried again however often that was cut short, and a switch that cuts it short each time is in service", async () => {
    await using its = await disturbed(without("meter"));
    const { bed, lackingNow } = its;
    let cuts = 0;
    let isCutting = true;
    for (const at of bed.fabric.switches.values()) {
      at.observe((event) => {
        if (event.type !== "message" || !isCutting || !isMetered(event.message)) return;
        cuts += 1;
        queueMicrotask(() => at.breakConnections("cut"));
      });
    }
    await its.reconnect(600_000);
    expect(bed.fabric.connected).toBe(true);
    expect(cuts).toBeGreaterThan(4);
    expect(cuts).toBeLessThan(40);
    expect(lackingNow()).toEqual(all(["meter"]));
    expect(bed.held()).toEqual({});
    isCutting = false;
    its.disturb(false);
    await its.reconnect();
    expect(lackingNow()).toEqual(all([]));
  });

  test("is not taken for working where the switch has no room to show it", async () => {
    let isFull = false;
    const lacks: Lacks = (message) =>
      isFull && addsFlow(message)
        ? { kind: "flow-mod-failed", code: "table-full" }
        : without("meter")(message);
    await using its = await disturbed(lacks);
    expect(its.lackingNow()).toEqual(all(["meter"]));
    isFull = true;
    await its.reconnect();
    isFull = false;
    expect(its.lackingNow()).toEqual(all(["meter"]));
    its.disturb(false);
    await its.reconnect();
    expect(its.lackingNow()).toEqual(all([]));
  });

  test.each([
    { which: "first", nth: 1 },
    { which: "second", nth: 2 },
  ])("by a frame with two tags is not taken back when the $which one is lost", async ({ nth }) => {
    await using bed = await Testbed.start({ vlanLimit: 2, learns: true });
    expect(lackingAt(bed)).toEqual(all(["match-second-tag"]));
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "10Mbps", 101);
    for (const at of bed.fabric.switches.values()) {
      at.faults.add({ on: "packet-out", nth, fault: { type: "drop" } });
      at.breakConnections();
    }
    await bed.clock.advance(60_000);
    expect(lackingAt(bed)).toEqual(all(["match-second-tag"]));
  });
});

describe("what a self-test has left unknown", () => {
  test("is tried at the next connection: a frame that did not come back", async () => {
    const lacks: Lacks = (message) =>
      message.type === "packet-out" ? { kind: "bad-request", code: "buffer-unknown" } : undefined;
    await using its = await disturbed(lacks, { vlanLimit: 2 });
    expect(its.lackingNow()).toEqual(all([]));
    its.disturb(false);
    await its.reconnect();
    expect(its.lackingNow()).toEqual(all(["match-second-tag"]));
  });

  test("is tried at the next connection: what there was no room for", async () => {
    let isFull = true;
    const lacks: Lacks = (message) => {
      const refusal = without("group all")(message);
      return refusal && (isFull ? { kind: "group-mod-failed", code: "out-of-groups" } : refusal);
    };
    await using its = await disturbed(lacks);
    expect(its.lackingNow()).toEqual(all([]));
    isFull = false;
    await its.reconnect();
    expect(its.lackingNow()).toEqual(all(["group-all"]));
  });
});
