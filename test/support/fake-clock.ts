import { createClock } from "@sinonjs/fake-timers";
import type { Clock } from "../../src/model/clock.ts";

/** A {@link Clock} that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`, firing what falls due, with every promise settled in between. */
  advance(ms: number): Promise<void>;
  /** Lets pending promises run without moving time. */
  settle(): Promise<void>;
  /**
   * Moves on, timer by timer, until `promise` settles, and gives its value; `eachStep` is called
   * after every timer. Throws when that would take more than `maxMs`.
   */
  until<T>(promise: PromiseLike<T>, maxMs?: number, eachStep?: () => void): Promise<T>;
  /** Timers not yet fired or cleared: zero when everything has been cleaned up. */
  countTimers(): number;
}

/** Makes a clock that starts at `startMs` since the epoch. */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = createClock(startMs);
  const settle = async (): Promise<void> => {
    await timers.tickAsync(0);
  };
  return {
    now: () => timers.now,
    setTimeout: (callback, ms) => timers.setTimeout(callback, ms),
    clearTimeout: (handle) => timers.clearTimeout(handle as ReturnType<typeof timers.setTimeout>),
    advance: async (ms) => {
      await timers.tickAsync(ms);
    },
    settle,
    until: async (promise, maxMs = 3_600_000, eachStep = () => {}) => {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      promise.then(done, done);
      const deadlineMs = timers.now + maxMs;
      await promisesRun();
      let [instant, steps] = [timers.now, 0];
      while (!settled) {
        if (timers.countTimers() === 0) throw new Error("nothing is left that could settle this");
        if (timers.now > deadlineMs) throw new Error(`not settled within ${maxMs} ms`);
        timers.next();
        await promisesRun();
        eachStep();
        [instant, steps] = [timers.now, timers.now === instant ? steps + 1 : 0];
        if (steps > MAX_STEPS) throw new Error("time does not go on");
      }
      return promise;
    },
    countTimers: () => timers.countTimers(),
  };
}

/** How many timers may fire at one instant: far more than do where none is set again and again. */
const MAX_STEPS = 100_000;

/** Lets every pending promise run; unlike `tickAsync`, it does not sleep. */
function promisesRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
