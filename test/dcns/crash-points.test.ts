import { describe, expect, test } from "vitest";
import {
  expectClean,
  expectRecovered,
  type Operation,
  operations,
  outcomes,
  prepared,
} from "../support/crashes.ts";
import type { Testbed } from "../support/testbed.ts";

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

describe.each(operations)("an agent that dies in a $name", (operation: Operation) => {
  test("at any step leaves the network as before or as asked, for the next agent", {
    timeout: 240_000,
  }, async () => {
    const pictures = await outcomes(operation);
    let deaths = 0;
    for (let nth = 0; ; nth += 1) {
      await using bed = await prepared(operation);
      if (!(await dieAtStep(bed, nth, operation.call(bed)))) break;
      deaths += 1;
      await expectRecovered(bed, pictures);
      if (nth % 5 === 0) await expectClean(bed);
    }
    expect(deaths).toBeGreaterThan(20);
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

/** How many steps an operation takes. */
async function stepsOf(operation: Operation): Promise<number> {
  await using bed = await prepared(operation);
  let steps = 0;
  await bed.run(operation.call(bed), () => {
    steps += 1;
  });
  return steps;
}
