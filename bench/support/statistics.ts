/** Where half and where all but a hundredth of the values lie at or below. */
export type Percentiles = { readonly p50: number; readonly p99: number };

/** The percentiles of some values, by nearest rank, rounded to three decimals. */
export function percentiles(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 50), p99: percentile(values, 99) };
}

/** The middle value, by nearest rank. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Three decimals: beyond that lies noise. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Milliseconds that `task` takes. */
export async function timeMs(task: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error("there are no values");
  return rounded(value);
}
