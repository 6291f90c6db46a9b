/**
 * What a search reads of each link, by position in `graph.arcs`. A number that is `NaN` is there
 * after `load` was called for the link.
 */
export interface LinkColumns {
  /** What it costs to go along; the same both ways, and never less than the metric. */
  readonly steps: Float64Array;
  /** None of them is greater. */
  readonly greatestStep: number;
  /** What is free in both directions, bit/s. */
  readonly room: Float64Array;
  /** By arc: what is free in its direction, bit/s. */
  readonly residuals: Float64Array;
  load(link: number): void;
}
