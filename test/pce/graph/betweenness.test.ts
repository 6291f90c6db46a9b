import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { betweennessOf } from "../../../src/pce/graph/betweenness.ts";
import { type FabricLink, fabricOf, graphOfFabric } from "./fabrics.ts";

const NODES = ["a", "b", "c", "d", "e"];

const fabrics = fc.array(
  fc
    .record({
      a: fc.constantFrom(...NODES),
      b: fc.constantFrom(...NODES),
      metric: fc.integer({ min: 0, max: 2 }),
    })
    .filter(({ a, b }) => a !== b),
  { minLength: 1, maxLength: 8 },
);

describe("betweennessOf", () => {
  test("counts the shortest paths over each link, as going through all paths does", () => {
    fc.assert(
      fc.property(fabrics, (links) => {
        const shares = [...betweennessOf(graphOfFabric(links))];
        const expected = byAllPaths(links);
        for (const [at, share] of shares.entries()) expect(share).toBeCloseTo(expected[at] ?? 0, 9);
      }),
    );
  });

  test("parallel links of the same metric share their paths evenly", () => {
    expect([...betweennessOf(graphOfFabric(fabricOf("ab ab ab*2")))]).toEqual([1.5, 1.5, 0]);
  });

  test("is the same for all links where a ring has no middle", () => {
    expect([...betweennessOf(graphOfFabric(fabricOf("ab bc cd da")))]).toEqual([1, 1, 1, 1]);
  });
});

/** The mean over links is 1. */
function byAllPaths(links: readonly FabricLink[]): readonly number[] {
  const sums = links.map(() => 0);
  for (const from of NODES) {
    for (const to of NODES.filter((node) => node !== from)) {
      const paths = pathsBetween(links, from, to, new Set([from]));
      const lengthOf = (path: readonly number[]): number =>
        path.reduce((sum, at) => sum + 1000 * (links[at]?.metric ?? 0) + 1, 0);
      const shortest = Math.min(...paths.map(lengthOf));
      const best = paths.filter((path) => lengthOf(path) === shortest);
      for (const at of best.flat()) sums[at] = (sums[at] ?? 0) + 1 / best.length;
    }
  }
  const total = sums.reduce((all, sum) => all + sum, 0);
  return sums.map((sum) => (sum * links.length) / total);
}

function pathsBetween(
  links: readonly FabricLink[],
  from: string,
  to: string,
  visited: ReadonlySet<string>,
): readonly (readonly number[])[] {
  if (from === to) return [[]];
  return links.flatMap(({ a, b }, at) => {
    const next = a === from ? b : a;
    if ((a !== from && b !== from) || visited.has(next)) return [];
    const onward = pathsBetween(links, next, to, new Set([...visited, next]));
    return onward.map((path) => [at, ...path]);
  });
}
