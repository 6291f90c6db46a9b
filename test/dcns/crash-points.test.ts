import { describe, expect, test } from "vitest";
import {
  expectClean,
  expectRecovered,
  type Operation,
  operations,
  outcomes,
  pair,
  prepared,
} from "../support/crashes.ts";
import { Testbed, value } from "../support/testbed.ts";

/**
 * Runs `task` and lets the agent die after the `nth` step of the clock: every message that arrives,
 * in either direction, and every timer is one. Gives whether it came to that.
 */
async function dieAtStep<T>(bed: Testbed, nth: number, task: PromiseLike<T>): Promise<boolean> {
  let steps = 0;
  let isDead = false;
  if (nth === 0) {
    bed.crash();
    return true;
  }
  await bed
    .run(task, () => {
      steps += 1;
      if (steps !== nth) return;
      isDead = true;
      bed.crash();
      throw new Died();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    });
  return isDead;
}

class Died extends Error {}

/** Dies at every step of an operation, and has the next agent take over each time; gives how many steps there are. */
async function deathsAtEachStep(operation: Operation): Promise<number> {
  const pictures = await outcomes(operation);
  for (let nth = 0; ; nth += 1) {
    await using bed = await prepared(operation);
    if (!(await dieAtStep(bed, nth, operation.call(bed)))) return nth;
    await expectRecovered(bed, pictures);
    if (nth % 5 === 0) await expectClean(bed);
  }
}

describe.each(operations)("an agent that dies in a $name", (operation: Operation) => {
  test("at any step leaves the network as before or as asked, for the next agent", {
    timeout: 240_000,
  }, async () => {
    expect(await deathsAtEachStep(operation)).toBeGreaterThan(20);
  });

  test("and whose successor dies at any step of its start leaves it as well", {
    timeout: 240_000,
  }, async () => {
    const pictures = await outcomes(operation);
    const last = await stepsOf(operation);
    let deaths = 0;
    for (let nth = 1; ; nth += 1) {
      await using bed = await prepared(operation);
      await dieAtStep(bed, Math.floor(last * 0.6), operation.call(bed));
      if (!(await dieAtStep(bed, nth, bed.restart()))) break;
      deaths += 1;
      await expectRecovered(bed, pictures);
    }
    expect(deaths).toBeGreaterThan(20);
  });
});

/** Other calls, whose steps are enumerated here alone. */
const others: readonly Operation[] = [
  {
    name: "change of rate",
    before: pair,
    call: ({ agent }) => agent.modifyPhysicalNetwork("p", [], [], "200Mbps"),
  },
  {
    name: "change of members that go and come",
    before: pair,
    call: ({ agent }) => agent.modifyPhysicalNetwork("p", ["s3b:eth1"], ["s2a:eth1"]),
  },
  {
    name: "setup with two paths",
    before: [],
    call: ({ agent }) =>
      agent.setupPhysicalNetwork("p", ["s1a:eth1", "s3b:eth1"], "1Gbps", 101, {
        protection: "disjoint",
      }),
  },
  {
    name: "setup of a network that is shared",
    before: [],
    call: ({ agent }) =>
      agent.setupPhysicalNetwork("p", ["s1a:eth1", "s3b:eth1", "s4a:eth1"], "1Gbps", 101, {
        sharing: "shared",
      }),
  },
];

describe.each(others)("an agent that dies in a $name", (operation) => {
  test("at any step leaves the network as before or as asked, for the next agent", {
    timeout: 240_000,
  }, async () => {
    expect(await deathsAtEachStep(operation)).toBeGreaterThan(10);
  });
});

test("an agent that dies at any step of a restoration leaves the network whole, on one way or the other", {
  timeout: 240_000,
}, async () => {
  let deaths = 0;
  for (let nth = 1; ; nth += 1) {
    await using bed = await Testbed.start({ agent: { flapDamping: false } });
    const options = { protection: "restore" } as const;
    const before = await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "100Mbps", 101, options);
    const [failed = expect.fail("it has a link")] = before.links.map(({ id }) => id);
    const moved = new Promise<void>((resolve) => {
      bed.agent.events.on("network-state", ({ state, generation }) => {
        if (state === "active" && generation > before.generation) resolve();
      });
    });
    bed.fabric.setLink(failed, false);
    if (!(await dieAtStep(bed, nth, moved))) break;
    deaths += 1;
    await bed.restart();
    await bed.until(() => bed.info("p").state === "active");
    const after = bed.info("p");
    expect(after.links.map(({ id }) => id)).not.toContain(failed);
    bed.expectWhole(after);
    expect(value(await bed.run(bed.agent.verifyNetwork("p"))).consistent).toBe(true);
    bed.expectForeignUntouched();
    if (nth % 5 !== 0) continue;
    await bed.tearDown("p");
    bed.expectNothingLeft();
  }
  expect(deaths).toBeGreaterThan(10);
});

/** How many steps an operation takes. */
async function stepsOf(operation: Operation): Promise<number> {
  await using bed = await prepared(operation);
  let steps = 0;
  await bed.run(operation.call(bed), () => {
    steps += 1;
  });
  return steps;
}
