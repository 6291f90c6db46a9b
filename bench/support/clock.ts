/**
 * What time is counted by: `wall` is what passes, `cpu` what the processors work for this process, its
 * threads that compile and collect garbage included, so that other work on the machine does not count.
 */
export type BenchClock = "wall" | "cpu";

/** Milliseconds by `clock`, from some moment on. */
export function milliseconds(clock: BenchClock): number {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * Whether so many milliseconds by `clock` have passed since `start`. Processor time takes some microseconds to ask
 * for, some tens on a busy machine, so it is looked at the rarer, the more is left of it.
 */
export function isPast(clock: BenchClock, start: number, limitMs: number): () => boolean {
  let lookAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() < lookAt) return false;
    const left = start + limitMs - milliseconds(clock);
    lookAt = performance.now() + Math.max(LOOK_EVERY_MS, LOOK_SHARE * left);
    return left <= 0;
  };
}

/** When the time is looked at again: after this at least, and this share of what is left. */
const LOOK_EVERY_MS = 0.25;
const LOOK_SHARE = 1 / 16;
