import type { Clock } from "./model/clock.ts";

/** The clock of this machine: what runs unless a caller brings another. */
export const systemClock: Clock = {
  // biome-ignore lint/style/noRestrictedGlobals: the one place where real time enters
  now: () => Date.now(),
  // biome-ignore lint/style/noRestrictedGlobals: the one place where real time enters
  steadyNow: () => performance.now(),
  setTimeout: (callback, ms) => (ms > 0 ? later(callback, ms) : nextTurn(callback)),
  clearTimeout: (handle) => {
    if (handle instanceof Timer) handle.clear();
  },
};

class Timer {
  readonly clear: () => void;

  constructor(clear: () => void) {
    this.clear = clear;
  }
}

function later(callback: () => void, ms: number): Timer {
  // biome-ignore lint/style/noRestrictedGlobals: the one place where real time enters
  const timeout = setTimeout(callback, ms);
  return new Timer(() => clearTimeout(timeout));
}

/** Node's own timers take a millisecond at least, which a message in memory would pay at each hop. */
function nextTurn(callback: () => void): Timer {
  // biome-ignore lint/style/noRestrictedGlobals: the one place where real time enters
  const immediate = setImmediate(callback);
  return new Timer(() => clearImmediate(immediate));
}
