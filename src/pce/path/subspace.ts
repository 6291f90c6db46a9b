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
