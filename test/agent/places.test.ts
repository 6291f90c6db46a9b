import { expect, test } from "vitest";
import { Places } from "../../src/agent/places.ts";

const never = new AbortController().signal;

test("so many have a place, and the others get one in the order of asking", async () => {
  const places = new Places(2);
  const first = await places.take(never);
  await places.take(never);
  const order: number[] = [];
  const waiting = [3, 4].map(async (n) => {
    using _place = await places.take(never);
    order.push(n);
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  first?.[Symbol.dispose]();
  await Promise.all(waiting);
  expect(order).toEqual([3, 4]);
});

test("who does not want to wait any more takes nobody's place", async () => {
  const places = new Places(1);
  const first = await places.take(never);
  const aborter = new AbortController();
  const given = places.take(aborter.signal);
  const next = places.take(never);
  aborter.abort();
  expect(await given).toBeUndefined();
  expect(await places.take(aborter.signal)).toBeUndefined();
  first?.[Symbol.dispose]();
  expect(await next).toBeDefined();
});
