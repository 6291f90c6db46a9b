import type { SteinerGraph } from "./steiner-graph.ts";

/**
 * What is left of a problem after reductions: a graph whose edges stand for one or more edges of the
 * graph it began with, and the edges that are in the tree in any case.
 */
export interface Instance {
  readonly graph: SteinerGraph;
  /** Of each edge, for {@link EdgeHistory}. */
  readonly histories: Int32Array;
  /** Of the edges that are in the tree in any case. */
  readonly fixed: readonly number[];
  readonly fixedCost: number;
}

/** `graph` before any reduction. */
export function wholeInstance(graph: SteinerGraph): Instance {
  const histories = Int32Array.from({ length: graph.edgeCount }, (_, edge) => edge);
  return { graph, histories, fixed: [], fixedCost: 0 };
}

/**
 * What edges stand for: the numbers below `count` for themselves, later ones for two others. O(1) for each
 * edge that takes the place of two; to expand edges is linear in what they stand for.
 */
export class EdgeHistory {
  readonly #count: number;
  readonly #firsts: number[] = [];
  readonly #seconds: number[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** An edge in place of two in a row. */
  joined(first: number, second: number): number {
    this.#firsts.push(first);
    this.#seconds.push(second);
    return this.#count + this.#firsts.length - 1;
  }

  /** Of each edge of `instance`: 1 if all that it stands for are among `edges` of the first graph. */
  covered({ histories }: Instance, edges: readonly number[]): Uint8Array {
    const isCovered = new Uint8Array(this.#count + this.#firsts.length);
    for (const edge of edges) isCovered[edge] = 1;
    for (const [index, first] of this.#firsts.entries()) {
      const isSecond = isCovered[this.#seconds[index] ?? 0] ?? 0;
      isCovered[this.#count + index] = (isCovered[first] ?? 0) & isSecond;
    }
    return Uint8Array.from(histories, (history) => isCovered[history] ?? 0);
  }

  /** The edges of the first graph that `edges` of `instance` and its fixed ones stand for. */
  expanded({ histories, fixed }: Instance, edges: readonly number[]): readonly number[] {
    const open = [...fixed, ...edges.map((edge) => histories[edge] ?? 0)];
    const found: number[] = [];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at < this.#count) found.push(at);
      else open.push(this.#firsts[at - this.#count] ?? 0, this.#seconds[at - this.#count] ?? 0);
    }
    return found;
  }
}
