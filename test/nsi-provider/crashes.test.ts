import { describe, expect, test } from "vitest";
import { members, TwoClouds } from "./two-clouds.ts";

class Died extends Error {}

type Call = (its: TwoClouds) => Promise<unknown>;

const calls: Readonly<Record<"setup" | "change" | "teardown", Call>> = {
  setup: async (its) => its.a.setupPhysicalNetwork("p", members, "100Mbps"),
  change: async (its) => its.a.modifyPhysicalNetwork("p", [], [], "300Mbps"),
  teardown: async (its) => its.a.teardownPhysicalNetwork("p"),
};

type Cloud = "a" | "b";

/** Within a call, a cloud dies after the `nth` step of the clock; false if the call ended before. */
async function dieAtStep(its: TwoClouds, cloud: Cloud, nth: number, call: keyof typeof calls) {
  let steps = 0;
  try {
    await its.clock.until(calls[call](its), undefined, () => {
      steps += 1;
      if (steps === nth) throw new Died();
    });
    return false;
  } catch (error) {
    if (!(error instanceof Died)) throw error;
    its.crash(cloud);
    return true;
  }
}

/** The same with its `nth` write, which is on the disk and not known to be. */
async function dieAtWrite(its: TwoClouds, cloud: Cloud, nth: number, call: keyof typeof calls) {
  let isDead = false;
  const { store } = its.lifeOf(cloud);
  const before = store.commits;
  store.onCommitted = (number) => {
    if (number !== before + nth) return;
    isDead = true;
    its.crash(cloud);
  };
  await its.clock
    .until(calls[call](its), undefined, () => {
      if (isDead) throw new Died();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    });
  return isDead;
}

/** Both have the network and frames pass, or neither has anything. */
function expectWholeOrNothing(its: TwoClouds): "whole" | "nothing" {
  const [ours] = its.a.listNetworks();
  if (ours === undefined) {
    its.expectNothing();
    return "nothing";
  }
  expect(ours.state).toBe("active");
  expect(its.b.listNetworks()).toMatchObject([{ state: "active", bandwidth: ours.bandwidth }]);
  its.expectCarried(ours);
  return "whole";
}

/** Longer than anything is held, and than any look at what there is takes to come. */
const SETTLED_MS = 300_000;

const deaths = (["cable", "wan"] as const).flatMap((between) =>
  (["a", "b"] as const).map((cloud) => ({ cloud, between })),
);

describe.each(deaths)("when cloud $cloud dies, with a $between between", ({ cloud, between }) => {
  test.each([
    ["setup", "step", dieAtStep],
    ["setup", "write", dieAtWrite],
    ["change", "step", dieAtStep],
    ["change", "write", dieAtWrite],
    ["teardown", "step", dieAtStep],
    ["teardown", "write", dieAtWrite],
  ] as const)(
    "in a %s, at any %s, neither half is left",
    async (call, _where, dieAt) => {
      let count = 0;
      for (let nth = 1; ; nth += 1) {
        await using its = await TwoClouds.start({}, between);
        if (call !== "setup") await its.setUp();
        if (!(await dieAt(its, cloud, nth, call))) break;
        count += 1;
        await (cloud === "a" ? its.startA() : its.startB());
        await its.clock.advance(SETTLED_MS);
        const left = expectWholeOrNothing(its);
        if (call === "teardown") expect(left).toBe("nothing");
        await its.clock.until(its.a.teardownPhysicalNetwork("p"));
        its.expectNothing();
      }
      expect(count).toBeGreaterThan(1);
    },
    240_000,
  );
});
