/**
 * Where time comes from: milliseconds since the epoch, and timers that run on that time.
 *
 * Everything that waits takes one, so that a whole fabric runs under fake timers.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /**
   * Milliseconds from some instant on, with fractions, on a clock that nobody sets: for measuring how
   * long something took. Without it `now` is used.
   */
  steadyNow?(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/**
 * Milliseconds for measuring how long something lasts: of the steady clock where there is one, since
 * `now` jumps when somebody sets it. Comparable with nothing but each other.
 */
export function steadyMs(clock: Clock): number {
  return clock.steadyNow?.() ?? clock.now();
}
