import type { BenchClock } from "./clock.ts";

/** What every benchmark is told. */
export interface BenchOptions {
  /** Where everything by chance starts from: equal seeds choose equally. */
  readonly seed: number;
  /** A folder with input data, for benchmarks that need some. */
  readonly data: string | undefined;
  /** What budgets and times are counted by, in benchmarks of a single process. */
  readonly clock: BenchClock;
  /** Runs just long enough to show that everything works; its numbers mean nothing. */
  readonly quick: boolean;
  /** Tells people what is going on. */
  readonly progress: (text: string) => void;
}

/** One thing that was measured; the same fields in all cases of a benchmark make a table. */
export type BenchCase = Readonly<Record<string, string | number | boolean>>;

/** Numbers by name, nested as deep as they need. */
export type BenchSummary = { readonly [name: string]: number | BenchSummary };

/** What a benchmark found. */
export interface BenchReport {
  readonly cases: readonly BenchCase[];
  readonly summary: BenchSummary;
}

/** One benchmark. */
export interface Bench {
  /** A line on what it measures. */
  readonly about: string;
  run(options: BenchOptions): Promise<BenchReport>;
}
