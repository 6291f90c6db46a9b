import { endsOf, type Graph } from "../graph/graph.ts";
import type { Weight } from "../path/shortest-path.ts";
import type { Budget } from "../plan/budget.ts";
import { solveSteiner } from "../steiner/solve-steiner.ts";
import type { SteinerProblem } from "../steiner/steiner-graph.ts";
import { nodesOf } from "./tree.ts";

/** Terminals to join as cheaply as possible. */
export interface SteinerQuery {
  readonly graph: Graph;
  /** Distinct and ascending. */
  readonly terminals: readonly number[];
  /** A tree that must be part of the result, and costs nothing; it may have nodes besides terminals. */
  readonly kept: readonly number[];
  /** The same for both arcs of a link. */
  readonly weight: Weight;
  /** Trees that cost more are not wanted. No limit by default. */
  readonly limit?: number;
  /** How many arcs the search may scan, where no budget is given; {@link EXACT_WORK} by default. */
  readonly exactWork?: number;
  /** The time allowed, instead of a fixed amount of work. */
  readonly budget?: Budget;
}

/** A tree, and what is known of the cheapest. */
export interface BoundedTree {
  /** With those of the kept tree; ascending. */
  readonly links: readonly number[];
  /** Without those of the kept tree, as is the bound. */
  readonly cost: number;
  /** No tree costs less. */
  readonly lowerBound: number;
  /** Whether no tree costs less than this one. */
  readonly isOptimal: boolean;
}

/** How many arcs a search may scan: a few tenths of a second at most. */
export const EXACT_WORK = 30_000_000;

/**
 * Finds a minimum Steiner tree, or one near it; `undefined` if the terminals are not connected, or
 * only by trees that cost more than is wanted. See {@link steinerWithBound}.
 */
export function steinerTree(query: SteinerQuery): readonly number[] | undefined {
  return steinerWithBound(query)?.links;
}

/**
 * A minimum Steiner tree, or one near it with a bound on how near; see {@link solveSteiner} for sources,
 * complexity and guarantee. Ties are broken by the numbers of nodes and links alone.
 */
export function steinerWithBound(query: SteinerQuery): BoundedTree | undefined {
  const { kept, budget, exactWork = EXACT_WORK, limit = Number.POSITIVE_INFINITY } = query;
  const { problem, links } = problemOf(query);
  const options = budget === undefined ? { work: exactWork } : { budget };
  const found = solveSteiner(problem, options);
  if (found === undefined || found.cost > limit) return undefined;
  const added = found.links.map((link) => links[link] ?? 0);
  return { ...found, links: [...kept, ...added].sort((x, y) => x - y) };
}

/** The links of `query` that are enabled, with the kept tree as one node. */
function problemOf({ graph, kept, terminals, weight }: SteinerQuery): {
  readonly problem: SteinerProblem;
  readonly links: Uint32Array;
} {
  const inside = nodesOf(graph, kept);
  const top = Math.min(...inside);
  const place = (node: number): number => (inside.has(node) ? top : node);
  const links = graph.arcs
    .filter((arc) => (arc & 1) === 0)
    .map((arc) => arc >> 1)
    .sort();
  const ends = { a: new Int32Array(links.length), b: new Int32Array(links.length) };
  for (const [index, link] of links.entries()) {
    const [a, b] = endsOf(graph, link);
    ends.a[index] = place(a);
    ends.b[index] = place(b);
  }
  const costs = Float64Array.from(links, (link) => weight(2 * link));
  const all = inside.size > 0 ? [...terminals.map(place), top] : terminals;
  return {
    problem: { nodeCount: graph.nodeIds.length, ...ends, costs, terminals: [...new Set(all)] },
    links,
  };
}
