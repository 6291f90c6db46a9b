import { expect, test } from "vitest";
import type { Clock } from "../../src/model/clock.ts";
import { Stopwatch } from "../../src/model/stopwatch.ts";

test.each([
  { name: "both go on", wall: 500, steady: 500, elapsed: 500 },
  { name: "the wall clock is set back", wall: -60_000, steady: 500, elapsed: 500 },
  { name: "the machine has slept", wall: 60_000, steady: 500, elapsed: 60_000 },
  { name: "there is no steady clock", wall: 500, steady: undefined, elapsed: 500 },
])("counts what has passed at most when $name", ({ wall, steady, elapsed }) => {
  let isLater = false;
  const clock: Clock = {
    now: () => 1_000_000 + (isLater ? wall : 0),
    ...(steady !== undefined && { steadyNow: () => 7 + (isLater ? steady : 0) }),
    setTimeout: () => undefined,
    clearTimeout: () => {},
  };
  const watch = new Stopwatch(clock);
  expect(watch.elapsedMs()).toBe(0);
  isLater = true;
  expect(watch.elapsedMs()).toBe(elapsed);
});
