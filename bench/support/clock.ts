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

/** Whether so many milliseconds by `clock` have passed since `start`; cheap to ask, as processor time is looked at rarely. */
export function isPast(clock: BenchClock, start: number, limitMs: number): () => boolean {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return false;
    lookedAt = performance.now();
    return milliseconds(clock) - start >= limitMs;
  };
}

/** It takes some microseconds to ask for the processor time. */
const LOOK_EVERY_MS = 0.25;
