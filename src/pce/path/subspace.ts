import { type Graph, headOf } from "../graph/graph.ts";

/** A part of all paths: those that begin with `prefix` and do not go on with one of `banned`. */
export interface Subspace {
  readonly prefix: readonly number[];
  readonly banned: ReadonlySet<number>;
}

/** All paths. */
export const wholeSpace: Subspace = { prefix: [], banned: new Set() };

/**
 * The parts of `space` that lie beside its path `arcs`: one for each node at which others leave it.
 * No two have a path in common (Lawler, A Procedure for Computing the K Best Solutions to Discrete
 * Optimization Problems, 1972), and none is lost. O(length of the path) parts, the longest prefix last.
 */
export function* subspacesBeside(
  space: Subspace,
  arcs: readonly number[],
): Generator<Subspace, void> {
  for (let length = space.prefix.length; length < arcs.length; length++) {
    const banned = new Set(length === space.prefix.length ? space.banned : []);
    yield { prefix: arcs.slice(0, length), banned: banned.add(arcs[length] ?? 0) };
  }
}

/** Where the paths of a part fork. */
export interface Fork {
  /** The node at the end of the prefix. */
  readonly node: number;
  /** The nodes of the prefix, this one among them, to none of which a path comes back. */
  readonly closed: ReadonlySet<number>;
  /** The arcs by which no path goes on from there. */
  readonly banned: ReadonlySet<number>;
}

/** Where the paths of `space`, which all begin at `from`, fork. O(length of the prefix). */
export function forkOf(graph: Graph, from: number, { prefix, banned }: Subspace): Fork {
  const nodes = [from, ...prefix.map((arc) => headOf(graph, arc))];
  return { node: nodes.at(-1) ?? from, closed: new Set(nodes), banned };
}
