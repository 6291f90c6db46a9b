import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Disjointness, disjointPair, planNetwork } from "../../../src/pce/index.ts";
import { type Solution, solutionsOf } from "../brute-force.ts";
import { pathSettingOf, type World, type WorldShape, worlds } from "../worlds.ts";

const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 9, isRouted: true };
const PLAIN: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 10, isPlain: true };
const kinds = fc.constantFrom<Disjointness[]>("link", "node", "srlg", "node-and-srlg");

describe("disjointPair", { timeout: 60_000 }, () => {
  test("finds the pair that costs least in total under every constraint, if there is one", () => {
    fc.assert(
      fc.property(
        fc.oneof(worlds(ROUTED).map(withoutStops), worlds(PLAIN)),
        kinds,
        (world, kind) => {
          const costs = pairsOf(world, kind).map(([x, y]) => x.cost + y.cost);
          const found = pairOf(world, kind);
          expect(found.map(({ cost }) => cost).unwrapOr(undefined)).toBe(
            costs.length === 0 ? undefined : Math.min(...costs),
          );
          if (found.isErr()) return;
          const [x, y] = found.value.paths.map(({ links }) => links.map(({ link }) => link).join());
          const pairs = pairsOf(world, kind).map((pair) => pair.map(({ links }) => links.join()));
          expect(pairs).toContainEqual([x, y]);
          expect(found.value.paths[0].cost).toBeLessThanOrEqual(found.value.paths[1].cost);
          expect(found.value.paths[0].vlan).toBe(found.value.paths[1].vlan);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("names what all paths share: without it there is none, and if nothing, bandwidth has pairs", () => {
    fc.assert(
      fc.property(worlds(PLAIN), fc.constantFrom<Disjointness[]>("link", "node"), (world, kind) => {
        const found = pairOf(world, kind);
        if (found.isOk() || found.error.type !== "no-disjoint-pair") return;
        const { topology, ledger, linkState, request } = pathSettingOf(world);
        const { links, nodes } = found.error;
        expect(links.length + nodes.length).toBeGreaterThan(0);
        const excluded = [
          ...links.map((link) => ({ links: new Set([link]) })),
          ...nodes.map((node) => ({ nodes: new Set([node]) })),
        ];
        for (const exclude of excluded) {
          const planned = planNetwork(topology, ledger, linkState, { ...request, exclude });
          expect(planned.isErr()).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** A link to be passed by both paths leaves no pair. */
function withoutStops(world: World): World {
  return { ...world, request: { ...world.request, includedLinks: [] } };
}

function pairOf(world: World, disjoint: Disjointness): ReturnType<typeof disjointPair> {
  const { topology, ledger, linkState, request } = pathSettingOf(world);
  return disjointPair(topology, ledger, linkState, { ...request, disjoint });
}

/** All pairs that are disjoint by the definition and have a VLAN in common. */
function pairsOf(world: World, kind: Disjointness): readonly (readonly [Solution, Solution])[] {
  const all = solutionsOf(world);
  return all.flatMap((x) => {
    const others = all.filter(
      (y) => !hasCommon(world, kind, x, y) && x.vlans.some((vlan) => y.vlans.includes(vlan)),
    );
    return others.map((y) => [x, y] as const);
  });
}

function hasCommon(world: World, kind: Disjointness, x: Solution, y: Solution): boolean {
  const ends = world.hosts.map(({ node }) => node);
  const partsOf = ({ links }: Solution): readonly string[] =>
    world.links
      .filter(({ id }) => links.includes(id))
      .flatMap(({ id, a, b, srlg = [] }) => [
        id,
        ...(kind.startsWith("node") ? [a, b].filter((node) => !ends.includes(node)) : []),
        ...(kind.endsWith("srlg") ? srlg : []),
      ]);
  return partsOf(x).some((part) => partsOf(y).includes(part));
}
