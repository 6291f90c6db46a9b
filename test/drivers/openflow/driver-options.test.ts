import { expect, test } from "vitest";
import { meterRange, programOptions } from "../../../src/drivers/openflow/driver-options.ts";

test("the meters that are ours are the upper half of what a switch has", () => {
  expect(meterRange(undefined, 262_144)).toEqual({ first: 131_073, last: 262_144 });
});

test("a range of one's own ends where the switch's meters end", () => {
  expect(meterRange({ first: 10, last: 99 }, 50)).toEqual({ first: 10, last: 50 });
});

test("a switch without meters leaves an empty range", () => {
  const { first, last } = meterRange(undefined, 0);
  expect(first).toBeGreaterThan(last);
});

test("every option that programs switches has a default", () => {
  const options = programOptions({ listen: { host: "127.0.0.1", port: 0 }, tableId: 3 });
  expect(options).toMatchObject({ table: 3, priority: 20_000, cookiePrefix: 0xdc05, burstMs: 100 });
});
