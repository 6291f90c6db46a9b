/** A node that is taken out of a graph, and the nodes that it had an edge to by then. */
export interface Eliminated {
  readonly node: number;
  readonly neighbours: readonly number[];
}

/**
 * An order in which the nodes of a graph are taken out, `last` at the end, such that few are neighbours of
 * one when it goes; these become neighbours of each other. `undefined` if there are more than `most` at some point.
 * The node with the fewest goes first, ties to the one that came to so few first (the minimum degree heuristic; Bodlaender and Koster,
 * Treewidth Computations I, 2010). O(V most^2), and O(E).
 */
export function eliminationOrder(
  neighbours: ReadonlyMap<number, Set<number>>,
  last: number,
  most: number,
): readonly Eliminated[] | undefined {
  /** By number of neighbours, nodes that had as many at some time. */
  const queues: number[][] = Array.from({ length: most + 1 }, () => []);
  for (const [node, its] of neighbours) if (node !== last) queues[its.size]?.push(node);
  const order: Eliminated[] = [];
  const isOut = new Set<number>();
  while (order.length < neighbours.size - 1) {
    const node = fewest(queues, neighbours, isOut);
    if (node === undefined) return undefined;
    const its = [...(neighbours.get(node) ?? [])];
    isOut.add(node);
    order.push({ node, neighbours: its });
    for (const one of its) {
      const count = joinedTo(its, one, node, neighbours);
      if (one !== last) queues[count]?.push(one);
    }
  }
  return [...order, { node: last, neighbours: [] }];
}

/** Makes `node` a neighbour of `others` in place of `gone`; how many neighbours it has then. */
function joinedTo(
  others: readonly number[],
  node: number,
  gone: number,
  neighbours: ReadonlyMap<number, Set<number>>,
): number {
  const its = neighbours.get(node) ?? new Set();
  its.delete(gone);
  for (const other of others) if (other !== node) its.add(other);
  return its.size;
}

/** The node with the fewest neighbours that is still in; `undefined` if the queues have none. */
function fewest(
  queues: readonly number[][],
  neighbours: ReadonlyMap<number, ReadonlySet<number>>,
  isOut: ReadonlySet<number>,
): number | undefined {
  for (const [count, queue] of queues.entries()) {
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (!isOut.has(node) && neighbours.get(node)?.size === count) return node;
    }
  }
  return undefined;
}
