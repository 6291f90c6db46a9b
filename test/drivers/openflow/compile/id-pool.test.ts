import { expect, test } from "vitest";
import { IdPool } from "../../../../src/drivers/openflow/compile/id-pool.ts";

test("a pool gives each of its numbers once, and then none", () => {
  const pool = new IdPool({ first: 5, last: 7 });
  expect([pool.claim(6), pool.claim(6)]).toEqual([true, false]);
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
  expect([4, 5, 6].map((id) => pool.owns(id))).toEqual([false, true, false]);
  expect([4, 6].map((id) => pool.claim(id))).toEqual([false, false]);
});

test("an empty range has nothing to give", () => {
  expect(new IdPool({ first: 1, last: 0 }).take()).toBeUndefined();
});
