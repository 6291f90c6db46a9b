import type { Clock } from "./model/clock.ts";

/** The clock of this machine: what runs unless a caller brings another. */
export const systemClock: Clock = {
  // biome-ignore lint/style/noRestrictedGlobals: the one place where real time enters
  now: () => Date.now(),
  // biome-ignore lint/style/noRestrictedGlobals: the one place where real time enters
  setTimeout: (callback, ms) => setTimeout(callback, ms)[Symbol.toPrimitive](),
  clearTimeout: (handle) => clearTimeout(typeof handle === "number" ? handle : undefined),
};
