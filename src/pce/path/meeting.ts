import type { SearchLabels } from "./search-labels.ts";

/** What is known of the paths of a search before it begins. */
export interface PathRange {
  /** How many times its cost the key of a path is. */
  readonly scale: number;
  /** What a step costs, at most. */
  readonly greatestStep: number;
  /** Whether costs are whole numbers. */
  readonly areWhole: boolean;
}

/** The best path so far of a bidirectional search, by a node that both sides came to. */
export class Meeting {
  node = -1;
  cost: number = Number.POSITIVE_INFINITY;
  /** No path whose key is greater can be better. */
  limit: number = Number.POSITIVE_INFINITY;
  #hops = 0;
  readonly #range: PathRange;

  constructor(range: PathRange) {
    this.#range = range;
  }

  /** Takes the path through `node` if both sides were there and it is the best so far. */
  offer({ costs, hops }: SearchLabels, node: number): void {
    const cost = (costs[2 * node] ?? 0) + (costs[2 * node + 1] ?? 0);
    if (cost > this.cost || cost === Number.POSITIVE_INFINITY) return;
    const count = (hops[2 * node] ?? 0) + (hops[2 * node + 1] ?? 0);
    if (cost === this.cost && count >= this.#hops) return;
    this.node = node;
    this.cost = cost;
    this.#hops = count;
    this.limit = this.#limit();
  }

  /** Of paths that are as cheap none is better if none can have fewer hops. */
  #limit(): number {
    const { scale, greatestStep, areWhole } = this.#range;
    const isShortest = areWhole && this.#hops <= Math.ceil(this.cost / greatestStep);
    return isShortest ? scale * this.cost - 1 : scale * this.cost;
  }
}
