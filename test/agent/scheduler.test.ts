import { expect, test } from "vitest";
import { earliestOf } from "../../src/agent/scheduler.ts";

test("the next of a million networks is found", () => {
  expect(earliestOf(Array.from({ length: 1_000_000 }, (_, n) => Math.abs(n - 700_000)))).toBe(0);
  expect(earliestOf([])).toBe(Number.POSITIVE_INFINITY);
});
