import type { Effort } from "./effort.ts";
import { NearSearch } from "./near-search.ts";
import type { SteinerGraph } from "./steiner-graph.ts";
import { TerminalDistances } from "./terminal-distances.ts";

/**
 * Upper bounds on the special distances (Duin and Volgenant, 1989) of nodes near each other, looked up
 * often: the lesser of a plain distance and what {@link TerminalDistances} says.
 */
export class NearTable {
  readonly #terminals: TerminalDistances;
  /** Where the entries of each node begin: nodes near it and how far they are. */
  readonly #offsets: Int32Array;
  readonly #nodes: number[] = [];
  readonly #distances: number[] = [];

  /** O(V) searches that end early; those that `effort` does not allow are left out. */
  constructor(graph: SteinerGraph, effort: Effort) {
    const { nodeCount, offsets, slotCosts } = graph;
    this.#terminals = new TerminalDistances(graph);
    this.#offsets = new Int32Array(nodeCount + 1);
    const search = new NearSearch(graph);
    for (let node = 0; node < nodeCount; node++) {
      const end = offsets[node + 1] ?? 0;
      if (end > (offsets[node] ?? 0) && !effort.isSpent()) {
        search.from(node, REACH * (slotCosts[end - 1] ?? 0), MOST_SCANNED);
        for (const near of search.reached) {
          this.#nodes.push(near);
          this.#distances.push(search.distances[near] ?? 0);
        }
        effort.charge(search.takeWork());
      }
      this.#offsets[node + 1] = this.#nodes.length;
    }
  }

  /** No less than the special distance of two nodes; infinity where that is not less than `limit`. */
  bound(left: number, right: number, limit: number): number {
    const end = this.#offsets[left + 1] ?? 0;
    let plain = limit;
    for (let at = this.#offsets[left] ?? 0; at < end; at++) {
      if (this.#nodes[at] !== right) continue;
      plain = Math.min(plain, this.#distances[at] ?? 0);
    }
    const other = this.#terminals.bound(left, right, plain);
    return other < plain ? other : plain < limit ? plain : Number.POSITIVE_INFINITY;
  }
}

/** How far a search goes, in terms of the dearest edge of its node. */
const REACH = 2;

/** After how many arcs a search ends. */
const MOST_SCANNED = 60;
