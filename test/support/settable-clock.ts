import type { Clock } from "../../src/model/clock.ts";

/** A clock that somebody sets: its timers and its steady time run on with those of `clock`. */
export function settable(clock: Clock): { readonly clock: Clock; set(byMs: number): void } {
  let ahead = 0;
  return {
    clock: {
      now: () => clock.now() + ahead,
      steadyNow: () => clock.now(),
      setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
      clearTimeout: (handle) => clock.clearTimeout(handle),
    },
    set: (byMs) => {
      ahead += byMs;
    },
  };
}
