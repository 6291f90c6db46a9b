import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { simulate } from "./simulation.ts";

/** What a soak has shown. */
export interface SoakResult {
  /** What is wrong, if anything is. */
  readonly fault: string | undefined;
  readonly summary: string;
}

const HOUR_MS = 3_600_000;
const MEGABYTE = 1_048_576;
/** What the heap of the last quarter may have more than that of the first, which has warmed up. */
const ALLOWANCE = 3 * MEGABYTE;

/** Lives through hours of churn in the world of a seed, and weighs what is alive at the end of each. */
export async function soak(seed: number, hours: number): Promise<SoakResult> {
  const collect = collector();
  const heaps: number[] = [];
  const stepped = (virtualMs: number): void => {
    if (virtualMs < (heaps.length + 1) * HOUR_MS) return;
    collect();
    heaps.push(process.memoryUsage().heapUsed);
  };
  const { fault, steps, log } = await simulate(seed, { virtualMs: hours * HOUR_MS, stepped });
  const quarter = Math.max(1, Math.floor(heaps.length / 4));
  // Code is compiled, and caches fill, in the first hour.
  const early = meanOf(heaps.slice(1, 1 + quarter));
  const late = meanOf(heaps.slice(-quarter));
  const sizes = heaps.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(" ");
  const summary = `seed ${seed}: ${steps} steps in ${hours} h; MiB alive after each hour: ${sizes}`;
  if (fault !== undefined) return { fault: [...log.slice(-100), fault].join("\n"), summary };
  const hasGrown = late > early + ALLOWANCE;
  return { fault: hasGrown ? `the heap grows. ${summary}` : undefined, summary };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Node's garbage collector, which is there only when asked for. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("the garbage collector cannot be called");
  return () => void collect();
}
