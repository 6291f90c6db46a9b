import * as fc from "fast-check";
import type { SteinerProblem } from "../../../src/pce/steiner/steiner-graph.ts";

/** Small multigraphs with loops, parallel, closed and free links, not always connected. */
export function problems(most: {
  readonly nodes: number;
  readonly links: number;
}): fc.Arbitrary<SteinerProblem> {
  return fc.integer({ min: 1, max: most.nodes }).chain((nodeCount) => {
    const node = fc.nat(nodeCount - 1);
    const cost = fc.oneof(
      { weight: 8, arbitrary: fc.nat(12) },
      { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    );
    return fc
      .record({
        links: fc.array(fc.tuple(node, node, cost), { maxLength: most.links }),
        terminals: fc.uniqueArray(node, { minLength: 1, maxLength: nodeCount }),
        divisor: fc.constantFrom(1, 1024, 3),
      })
      .map(({ links, terminals, divisor }) => ({
        nodeCount,
        a: links.map(([a]) => a),
        b: links.map(([, b]) => b),
        costs: links.map(([, , c]) => c / divisor),
        terminals,
      }));
  });
}

/**
 * What a minimum Steiner tree costs, infinity if there is none: the least of minimum spanning trees
 * (Prim, on a matrix) of all sets of nodes that have the terminals.
 */
export function minimumCost(problem: SteinerProblem): number {
  const { nodeCount, terminals } = problem;
  const between = Array.from({ length: nodeCount }, () =>
    Array.from({ length: nodeCount }, () => Number.POSITIVE_INFINITY),
  );
  for (let link = 0; link < problem.costs.length; link++) {
    const [a, b, cost] = [problem.a[link] ?? 0, problem.b[link] ?? 0, problem.costs[link] ?? 0];
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const row = between[x] ?? [];
      row[y] = Math.min(row[y] ?? 0, cost);
    }
  }
  let least = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 1 << nodeCount; set++) {
    if (!terminals.every((node) => (set >> node) & 1)) continue;
    least = Math.min(least, spanningCost(between, set));
  }
  return least;
}

function spanningCost(between: readonly (readonly number[])[], set: number): number {
  const open = new Set<number>();
  for (const node of between.keys()) if ((set >> node) & 1) open.add(node);
  let [at] = open;
  let cost = 0;
  const ways = between.map(() => Number.POSITIVE_INFINITY);
  while (at !== undefined) {
    open.delete(at);
    let next: number | undefined;
    for (const node of open) {
      ways[node] = Math.min(ways[node] ?? 0, between[at]?.[node] ?? 0);
      if (next === undefined || (ways[node] ?? 0) < (ways[next] ?? 0)) next = node;
    }
    if (next !== undefined) cost += ways[next] ?? 0;
    at = next;
  }
  return cost;
}

/** Why `links` is not a tree that joins the terminals and costs `cost`; `undefined` if it is one. */
export function faultOf(
  problem: SteinerProblem,
  links: readonly number[],
  cost: number,
): string | undefined {
  const sum = links.reduce((total, link) => total + (problem.costs[link] ?? 0), 0);
  if (Math.abs(sum - cost) > 1e-9 * (1 + cost)) return `costs ${sum}, not ${cost}`;
  const group = Array.from({ length: problem.nodeCount }, (_, node) => node);
  for (const link of links) {
    const [x, y] = [group[problem.a[link] ?? 0] ?? 0, group[problem.b[link] ?? 0] ?? 0];
    if (x === y) return `has a cycle with ${link}`;
    for (const [node, its] of group.entries()) if (its === y) group[node] = x;
  }
  const groups = new Set(problem.terminals.map((node) => group[node]));
  return groups.size > 1 ? "does not join the terminals" : undefined;
}

/**
 * Connected simple-looking graphs of few edges a node, as reductions like them: a path by chance through
 * all nodes and some links more; two to seven terminals; costs whole, or with fractions.
 */
export function sparseProblems(mostNodes: number): fc.Arbitrary<SteinerProblem> {
  return fc.integer({ min: 4, max: mostNodes }).chain((nodeCount) =>
    fc
      .record({
        order: fc.shuffledSubarray([...Array(nodeCount).keys()], { minLength: nodeCount }),
        chords: fc.array(fc.tuple(fc.nat(nodeCount - 1), fc.integer({ min: 1, max: 6 })), {
          minLength: nodeCount >> 1,
          maxLength: nodeCount,
        }),
        costs: fc.array(fc.integer({ min: 1, max: 20 }), {
          minLength: 2 * nodeCount,
          maxLength: 2 * nodeCount,
        }),
        terminals: fc.uniqueArray(fc.nat(nodeCount - 1), { minLength: 2, maxLength: 7 }),
        divisor: fc.constantFrom(1, 3),
      })
      .map(({ order, chords, costs, terminals, divisor }) => {
        const path = order.slice(1).map((node, at) => [order[at] ?? 0, node] as const);
        const links = [
          ...path,
          ...chords.map(
            ([at, step]) => [order[at] ?? 0, order[(at + step) % nodeCount] ?? 0] as const,
          ),
        ];
        return {
          nodeCount,
          a: links.map(([a]) => a),
          b: links.map(([, b]) => b),
          costs: links.map((_, link) => (costs[link] ?? 1) / divisor),
          terminals,
        };
      }),
  );
}
