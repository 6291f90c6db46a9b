import { describe, expect, test } from "vitest";
import { isCarriedOut, type Terms } from "../../../src/drivers/oscars/terms-granted.ts";

const HOUR = 3_600_000;
const now = Date.UTC(2026, 0, 1);
const at = (mbps: number, hours?: number): Terms =>
  hours === undefined ? { mbps } : { mbps, end: now + hours * HOUR };

/** Of a domain that had one thing, was asked for another, and shows a third. */
function outcome(before: Terms, wanted: Terms, after: Terms, asked?: Terms) {
  return isCarriedOut({ before, wanted, after, asked }, now, 1_000);
}

describe("a change that a domain has taken", () => {
  test("is done when it shows just that, and not while it shows what was before", () => {
    expect(outcome(at(100), at(200), at(200), at(100))).toBe("yes");
    expect(outcome(at(100), at(200), at(100), at(100))).toBe("no");
    expect(outcome(at(200), at(100), at(200), at(200))).toBe("no");
  });

  test("is done when the domain has made something else of it, unless that is a lower rate", () => {
    expect(outcome(at(128), at(200), at(256), at(100))).toBe("yes");
    expect(outcome(at(256), at(100), at(128), at(200))).toBe("yes");
    expect(outcome(at(100), at(300), at(200), at(100))).toBe("no");
    expect(outcome(at(100, 5), at(100, 9), at(100, 8), at(100, 5))).toBe("yes");
  });

  test("has a first end only when that shows", () => {
    expect(outcome(at(100), at(100, 5), at(100), at(100))).toBe("no");
    expect(outcome(at(100), at(100, 5), at(100, 5), at(100))).toBe("yes");
    expect(outcome(at(100, 5), at(100), at(100, 5), at(100, 5))).toBe("no");
  });

  test("of a rate and an end is done when both have become other", () => {
    const [before, wanted] = [at(200, 9), at(100, 5)];
    expect(outcome(before, wanted, at(100, 9), before)).toBe("no");
    expect(outcome(before, wanted, at(200, 5), before)).toBe("no");
    expect(outcome(before, wanted, at(100, 5), before)).toBe("yes");
  });

  test("may be done where the domain makes the same of both", () => {
    expect(outcome(at(128), at(110), at(128), at(100))).toBe("perhaps");
    // Or nobody knows what it made that of.
    expect(outcome(at(128), at(100), at(128))).toBe("perhaps");
    expect(outcome(at(64), at(100), at(64))).toBe("no");
  });

  test("may be done where the domain cuts ends to the minute, and both are within one", () => {
    const minute = 1 / 60;
    const [cut, asked, wanted] = [5, 5 + minute / 6, 5 + (5 * minute) / 6];
    expect(outcome(at(100, cut), at(100, wanted), at(100, cut), at(100, asked))).toBe("perhaps");
    // It would have shown that more was asked for.
    expect(outcome(at(100, cut), at(100, 9), at(100, cut), at(100, asked))).toBe("no");
  });

  test("is not asked of what stays as it was asked for", () => {
    expect(outcome(at(128, 2), at(200, 9), at(256, 2), at(100, 9))).toBe("yes");
  });
});
