import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { onAbort } from "../../src/model/on-abort.ts";

describe("who waits for a signal", () => {
  test("is told once when it is raised, in the order of asking", () => {
    const controller = new AbortController();
    const told: number[] = [];
    onAbort(controller.signal, () => void told.push(1));
    onAbort(controller.signal, () => void told.push(2));
    expect(told).toEqual([]);
    controller.abort();
    controller.abort();
    expect(told).toEqual([1, 2]);
  });

  test("is told at once when it has been raised", () => {
    const then = vi.fn();
    onAbort(AbortSignal.abort(), then)();
    expect(then).toHaveBeenCalledOnce();
  });

  test("is not told when it waits no longer, even if that is because of another who is told", () => {
    const controller = new AbortController();
    const [one, two] = [vi.fn(), vi.fn()];
    onAbort(controller.signal, one)();
    onAbort(controller.signal, () => stop());
    const stop = onAbort(controller.signal, two);
    controller.abort();
    expect([one, two].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test("may wait with the same function twice", () => {
    const controller = new AbortController();
    const then = vi.fn();
    const stop = onAbort(controller.signal, then);
    onAbort(controller.signal, then);
    stop();
    stop();
    controller.abort();
    expect(then).toHaveBeenCalledOnce();
  });

  test("shares one listener with all others, which goes with the last", () => {
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, "abort").length;
    const stops = Array.from({ length: 100 }, () => onAbort(signal, () => undefined));
    expect(listeners()).toBe(1);
    for (const stop of stops) stop();
    expect(listeners()).toBe(0);
    onAbort(signal, () => undefined);
    expect(listeners()).toBe(1);
  });
});
