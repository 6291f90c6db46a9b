/** The distance of two items, or infinity if it is not less than `limit`. */
export type Distance = (left: number, right: number, limit: number) => number;

/**
 * What a minimum spanning tree of a few items costs, infinity if it is more than `most` (Prim, 1957).
 * O(n^2) distances. Exact, so ties make no difference.
 */
export function spanningCost(items: readonly number[], most: number, distance: Distance): number {
  const open = [...items];
  const ways = open.map(() => Number.POSITIVE_INFINITY);
  let cost = 0;
  for (let at = open.pop(); at !== undefined && open.length > 0; ) {
    const next = relaxed(at, open, ways, distance);
    cost += ways[next] ?? 0;
    if (cost > most) return Number.POSITIVE_INFINITY;
    at = open[next];
    ways[next] = ways[open.length - 1] ?? 0;
    open[next] = open[open.length - 1] ?? 0;
    open.pop();
  }
  return cost;
}

/** Looks at the ways from `at` to the `open` items; the place of the nearest of these. */
function relaxed(at: number, open: readonly number[], ways: number[], distance: Distance): number {
  let nearest = 0;
  for (let place = 0; place < open.length; place++) {
    const before = ways[place] ?? 0;
    ways[place] = Math.min(before, distance(at, open[place] ?? 0, before));
    if ((ways[place] ?? 0) < (ways[nearest] ?? 0)) nearest = place;
  }
  return nearest;
}
