import { expect, test } from "vitest";
import { systemClock } from "../src/system-clock.ts";

test("the system clock tells the time of this machine", () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test("a timer of the system clock fires after its time, unless it was cleared", async () => {
  const fired: string[] = [];
  const cleared = systemClock.setTimeout(() => fired.push("cleared"), 1);
  systemClock.clearTimeout(cleared);
  systemClock.clearTimeout(undefined);
  await new Promise<void>((resolve) => {
    systemClock.setTimeout(() => fired.push("short"), 2);
    systemClock.setTimeout(resolve, 20);
  });
  expect(fired).toEqual(["short"]);
});

test("a timer of no time fires at the next turn of the event loop, unless it was cleared", async () => {
  const fired: string[] = [];
  const cleared = systemClock.setTimeout(() => fired.push("cleared"), 0);
  systemClock.clearTimeout(cleared);
  systemClock.setTimeout(() => fired.push("at once"), 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(fired).toEqual(["at once"]);
});
