import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphOf } from "../../../src/pce/graph/graph.ts";
import { steinerTree } from "../../../src/pce/tree/steiner.ts";
import { settingOf, type World, worlds } from "../worlds.ts";

const CONNECTED = worlds({ hosts: { min: 2, max: 5 }, maxNodes: 8, maxLinks: 20, isPlain: true });

describe("steinerTree", { timeout: 60_000 }, () => {
  test("is at most twice the minimum where it is not exact", () => {
    fc.assert(
      fc.property(CONNECTED, (world) => {
        const exact = treeOf(world, {});
        const grown = treeOf(world, { exactWork: 0 });
        expect(grown === undefined).toBe(exact === undefined);
        if (exact === undefined || grown === undefined) return;
        expect(costIn(world, grown)).toBeLessThanOrEqual(2 * costIn(world, exact));
        expect(costIn(world, grown)).toBeGreaterThanOrEqual(costIn(world, exact));
      }),
      { numRuns: 500 },
    );
  });

  test("finds nothing that costs more than is wanted", () => {
    fc.assert(
      fc.property(CONNECTED, (world) => {
        const exact = treeOf(world, {});
        if (exact === undefined) return;
        const cost = costIn(world, exact);
        expect(treeOf(world, { limit: cost })).toEqual(exact);
        if (cost > 0) expect(treeOf(world, { limit: cost - 1 })).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test("has all of the kept tree in it", () => {
    fc.assert(
      fc.property(CONNECTED, fc.nat(19), (world, link) => {
        if (link >= world.links.length) return;
        const tree = treeOf(world, { kept: [link] });
        if (tree !== undefined) expect(tree).toContain(link);
      }),
      { numRuns: 200 },
    );
  });
});

interface Options {
  readonly exactWork?: number;
  readonly limit?: number;
  readonly kept?: readonly number[];
}

function treeOf(world: World, options: Options): readonly number[] | undefined {
  const graph = graphOf(settingOf(world).topology);
  const nodes = world.hosts.flatMap((host) => world.nodes.findIndex(({ id }) => id === host.node));
  const terminals = [...new Set(nodes)].sort((x, y) => x - y);
  const weight = (arc: number): number => world.links[arc >> 1]?.metric ?? 0;
  return steinerTree({ graph, terminals, kept: [], weight, ...options });
}

function costIn(world: World, links: readonly number[]): number {
  return links.reduce((cost, link) => cost + (world.links[link]?.metric ?? 0), 0);
}
