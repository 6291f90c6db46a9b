import type { Graph } from "../graph/graph.ts";

/**
 * What the two sides of a bidirectional search know of each node. What side 0 knows of node `n` is at
 * `2 * n`, what side 1 knows is next to it at `2 * n + 1`: whoever writes one reads the other.
 *
 * The labels are used again and again; only what a search has touched is put back for the next, so that a
 * search costs what it sees and not O(V).
 */
export class SearchLabels {
  /** What it costs to come there from the origin of the side; `Infinity` if that is not known. */
  readonly costs: Float64Array;
  readonly hops: Uint32Array;
  /** The position of the arc by which the side came there; -1 at its origin. */
  readonly via: Int32Array;
  /** 1 once the side has gone on from there with the label that it has. */
  readonly scanned: Uint8Array;
  readonly #touched: Uint32Array;
  #touchedCount = 0;

  constructor(nodeCount: number) {
    this.costs = new Float64Array(2 * nodeCount).fill(Number.POSITIVE_INFINITY);
    this.hops = new Uint32Array(2 * nodeCount);
    this.via = new Int32Array(2 * nodeCount).fill(-1);
    this.scanned = new Uint8Array(2 * nodeCount);
    this.#touched = new Uint32Array(2 * nodeCount);
  }

  costAt(index: number): number {
    return this.costs[index] ?? 0;
  }

  hopsAt(index: number): number {
    return this.hops[index] ?? 0;
  }

  /** Forgets the last search. */
  clear(): void {
    for (let at = 0; at < this.#touchedCount; at++) {
      const index = this.#touched[at] ?? 0;
      this.costs[index] = Number.POSITIVE_INFINITY;
      this.scanned[index] = 0;
    }
    this.#touchedCount = 0;
  }

  set(index: number, cost: number, hops: number, via: number): void {
    if (this.costs[index] === Number.POSITIVE_INFINITY) this.#touched[this.#touchedCount++] = index;
    this.costs[index] = cost;
    this.hops[index] = hops;
    this.via[index] = via;
    this.scanned[index] = 0;
  }
  /**
   * Whether what is known at `index` gives way to coming there for the same with `hops`. Of arcs
   * that are alike in both, the lowest is kept.
   */
  yields(index: number, hops: number, via: number): boolean {
    const known = this.hops[index] ?? 0;
    if (hops === known && via < (this.via[index] ?? 0)) this.via[index] = via;
    return hops < known;
  }
}

/** The labels that searches of `graph` use in turn. */
export function labelsOf(graph: Graph): SearchLabels {
  const known = labels.get(graph);
  if (known !== undefined) return known;
  const made = new SearchLabels(graph.nodeIds.length);
  labels.set(graph, made);
  return made;
}

const labels = new WeakMap<Graph, SearchLabels>();
