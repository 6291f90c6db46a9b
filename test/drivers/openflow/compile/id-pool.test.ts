import { expect, test } from "vitest";
import { IdPool } from "../../../../src/drivers/openflow/compile/id-pool.ts";

test("a pool gives each of its numbers once, and then none", () => {
  const pool = new IdPool({ first: 5, last: 7 });
  pool.reserve(6);
  expect([pool.take(), pool.take(), pool.take()]).toEqual([5, 7, undefined]);
});

test("a number that was freed comes last", () => {
  const pool = new IdPool({ first: 5, last: 7 });
  expect(pool.take()).toBe(5);
  pool.free(5);
  expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([6, 7, 5, undefined]);
});

test("numbers beyond the range are not the pool's", () => {
  const pool = new IdPool({ first: 5, last: 5 });
  pool.reserve(6);
  expect([pool.owns(4), pool.owns(5), pool.owns(6), pool.take()]).toEqual([false, true, false, 5]);
});

test("an empty range has nothing to give", () => {
  expect(new IdPool({ first: 1, last: 0 }).take()).toBeUndefined();
});
