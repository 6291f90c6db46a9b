import { expect, test } from "vitest";
import { Alarm } from "../../../src/drivers/openflow/session-alarm.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function makeAlarm() {
  const clock = fakeClock(0);
  const rings: number[] = [];
  return { clock, rings, alarm: new Alarm(clock, () => rings.push(clock.now())) };
}

test("it rings once, when it is due", async () => {
  const { clock, rings, alarm } = makeAlarm();
  alarm.set(50);
  await clock.advance(200);
  expect(rings).toEqual([50]);
});

test("put off it keeps its timer, and put forward it rings sooner", async () => {
  const { clock, rings, alarm } = makeAlarm();
  alarm.set(50);
  alarm.set(80);
  expect(clock.countTimers()).toBe(1);
  alarm.set(20);
  expect(clock.countTimers()).toBe(1);
  await clock.advance(200);
  expect(rings).toEqual([20]);
});

test("set to never it leaves no timer", () => {
  const { clock, alarm } = makeAlarm();
  alarm.set(50);
  alarm.set(undefined);
  expect(clock.countTimers()).toBe(0);
});

test("set to a time that has passed it rings in a moment, not at once", async () => {
  const { clock, rings, alarm } = makeAlarm();
  await clock.advance(100);
  alarm.set(30);
  expect(rings).toEqual([]);
  await clock.advance(1);
  expect(rings).toEqual([101]);
});
