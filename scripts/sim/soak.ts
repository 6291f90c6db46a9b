import { liveBytes } from "./live-bytes.ts";
import { simulate } from "./simulation.ts";

/** What a soak has shown. */
export interface SoakResult {
  /** What is wrong, if anything is. */
  readonly fault: string | undefined;
  readonly summary: string;
}

const HOUR_MS = 3_600_000;
const MEGABYTE = 1_048_576;
/** What may be alive in the last quarter more than in the first: the log comes and goes by as much. */
const ALLOWANCE = MEGABYTE / 2;

/** Lives through hours of churn in the world of a seed, and weighs what is alive at the end of each. */
export async function soak(seed: number, hours: number): Promise<SoakResult> {
  const heaps: number[] = [];
  const stepped = async (virtualMs: number): Promise<void> => {
    if (virtualMs >= (heaps.length + 1) * HOUR_MS) heaps.push(await liveBytes());
  };
  const { fault, steps, log } = await simulate(seed, { virtualMs: hours * HOUR_MS, stepped });
  const quarter = Math.max(1, Math.floor(heaps.length / 4));
  // Caches, and the log, fill in the first hour.
  const early = meanOf(heaps.slice(1, 1 + quarter));
  const late = meanOf(heaps.slice(-quarter));
  const sizes = heaps.map((bytes) => (bytes / MEGABYTE).toFixed(2)).join(" ");
  const summary = `seed ${seed}: ${steps} steps in ${hours} h; MiB alive after each hour: ${sizes}`;
  if (fault !== undefined) return { fault: [...log.slice(-100), fault].join("\n"), summary };
  const hasGrown = late > early + ALLOWANCE;
  return { fault: hasGrown ? `what is alive grows. ${summary}` : undefined, summary };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
