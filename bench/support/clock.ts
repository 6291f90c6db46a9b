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
