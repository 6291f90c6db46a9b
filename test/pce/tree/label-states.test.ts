import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conflictOf } from "../../../src/pce/tree/conflict.ts";
import { relaxed } from "../../../src/pce/tree/relaxation.ts";
import { unrestricted } from "../../../src/pce/tree/restriction.ts";
import { solutionsOf } from "../brute-force.ts";
import { type World, worlds } from "../worlds.ts";
import { GROUPS, problemOf, ROUTED } from "./tree-worlds.ts";

const ANY_COST = { below: Number.POSITIVE_INFINITY };

describe("trees and labels together", { timeout: 60_000 }, () => {
  const labelled = { fee: 1_000, forbidden: [] };

  test("cost no more than the cheapest tree that can have labels", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(ROUTED)), (world) => {
        const problem = problemOf(world);
        if (problem === undefined) return;
        const found = relaxed(problem, { ...unrestricted, labelled }, ANY_COST);
        const costs = solutionsOf(world).map(({ cost }) => cost);
        expect(found?.lowerBound ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(
          Math.min(...costs),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("are the cheapest with labels, where no node has two and the network's VLAN is given", () => {
    let met = 0;
    fc.assert(
      fc.property(worlds(GROUPS), fc.constantFrom(2, 3, 4), (drawn, vlan) => {
        const world = withVlan(drawn, vlan);
        const problem = problemOf(world);
        const vlans = problem?.ends.vlans.first();
        if (problem === undefined || vlans === undefined || problem.needed.length < 2) return;
        const found = relaxed(
          problem,
          { ...unrestricted, labelled: { ...labelled, vlan: vlans } },
          ANY_COST,
        );
        if (found === undefined || found.twice !== undefined) return;
        expect(conflictOf(problem, found.links)).toBeUndefined();
        const costs = solutionsOf(world).map(({ cost }) => cost);
        expect(found.lowerBound).toBe(Math.min(...costs));
        met++;
      }),
      { numRuns: 200 },
    );
    expect(met).toBeGreaterThan(20);
  });

  test("leave a label out at a node where it is forbidden, if the tree had two there", () => {
    let met = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }), (metrics) => {
        const world = aroundRigidNode(metrics);
        const problem = problemOf(world);
        if (problem === undefined) return;
        const found = relaxed(problem, { ...unrestricted, labelled }, ANY_COST);
        if (found?.twice === undefined) return;
        met++;
        const [node, ...labels] = found.twice;
        const parts = labels.map((label) =>
          relaxed(
            problem,
            { ...unrestricted, labelled: { ...labelled, forbidden: [[node, label]] } },
            ANY_COST,
          ),
        );
        const bounds = parts.map((part) => part?.lowerBound ?? Number.POSITIVE_INFINITY);
        const costs = solutionsOf(world).map(({ cost }) => cost);
        expect(Math.min(...bounds)).toBeGreaterThanOrEqual(found.lowerBound);
        expect(Math.min(...bounds)).toBeLessThanOrEqual(Math.min(...costs));
      }),
      { numRuns: 150 },
    );
    expect(met).toBeGreaterThan(0);
  });
});

/** The world with all the bandwidth and time that a tree could want, and one VLAN. */
function withVlan(world: World, vlan: number): World {
  return {
    ...world,
    links: world.links.map((link) => ({ ...link, capacity: 1_000 })),
    request: { ...world.request, vlans: [vlan], maxHops: undefined },
  };
}

/**
 * Hosts at three nodes that translate, around one that does not: it can be passed with either of two labels,
 * which not all three can have.
 */
function aroundRigidNode(metrics: readonly number[]): World {
  const vlans = [2, 3];
  const links = [
    { a: "n1", b: "n0", vlans: [2] },
    { a: "n1", b: "n0", vlans: [3] },
    { a: "n2", b: "n0", vlans: [2] },
    { a: "n3", b: "n0", vlans: [3] },
    { a: "n1", b: "n2", vlans },
    { a: "n2", b: "n3", vlans },
  ];
  const used = { forward: 0, backward: 0 };
  const common = { capacity: 100, up: true, used, taken: [], isPast: false };
  return {
    nodes: ["n0", "n1", "n2", "n3"].map((id) => ({ id, translates: id !== "n0", enabled: true })),
    links: links.map((link, at) => ({
      id: `l0${at}`,
      ...link,
      ...common,
      metric: metrics[at] ?? 0,
    })),
    hosts: ["n1", "n2", "n3"].map((node) => {
      const plain = { vlans, taken: [], tagging: "tagged" as const, own: undefined, rate: 1 };
      return { id: `h${node}`, node, ...plain };
    }),
    request: {
      bandwidth: 1,
      sharing: "shared",
      delivery: "static",
      vlans,
      floodAllowance: undefined,
      maxHops: undefined,
      excludedLinks: [],
      excludedNodes: [],
    },
  };
}
