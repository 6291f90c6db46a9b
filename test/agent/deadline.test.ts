import { describe, expect, test } from "vitest";
import { Deadline } from "../../src/agent/deadline.ts";
import { fakeClock } from "../support/fake-clock.ts";

describe("Deadline", () => {
  test("the clock ends a call that takes too long, and says after how long", async () => {
    const clock = fakeClock();
    const deadline = new Deadline(clock, { operation: "setup", timeoutMs: 50 });
    await clock.advance(49);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.interruption).toEqual({ type: "timeout", operation: "setup", afterMs: 50 });
    expect(deadline.signal.aborted).toBe(true);
  });

  test("the caller's signal ends it, also when it was raised before", () => {
    const clock = fakeClock();
    const signal = AbortSignal.abort();
    const deadline = new Deadline(clock, { operation: "setup", timeoutMs: 50, signal });
    expect(deadline.interruption).toEqual({ type: "aborted", operation: "setup" });
    deadline[Symbol.dispose]();
    expect(clock.countTimers()).toBe(0);
  });

  test("any number of calls may share a signal without a warning", async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error): unknown => warnings.push(warning);
    process.on("warning", listener);
    const { signal } = new AbortController();
    const deadlines = Array.from({ length: 50 }, () => {
      return new Deadline(fakeClock(), { operation: "setup", timeoutMs: 50, signal });
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listener);
    for (const deadline of deadlines) deadline[Symbol.dispose]();
    expect(warnings).toEqual([]);
  });

  test("the first reason stays", async () => {
    const clock = fakeClock();
    const closing = new AbortController();
    const deadline = new Deadline(clock, {
      operation: "setup",
      timeoutMs: 50,
      closing: closing.signal,
    });
    closing.abort();
    await clock.advance(100);
    expect(deadline.interruption).toEqual({ type: "closed", what: "the agent" });
  });

  test("a deadline that is disposed of leaves no timer and follows nobody", async () => {
    const clock = fakeClock();
    const caller = new AbortController();
    const { signal } = caller;
    const deadline = new Deadline(clock, { operation: "setup", timeoutMs: 50, signal });
    deadline[Symbol.dispose]();
    expect(clock.countTimers()).toBe(0);
    caller.abort();
    expect(deadline.interruption).toBeUndefined();
  });
});
