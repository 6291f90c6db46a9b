import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planWithProof } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";
import { type Solution, solutionsOf } from "../brute-force.ts";
import { settingOf, type World, worlds } from "../worlds.ts";

const WORLDS = worlds({ hosts: { min: 1, max: 4 }, maxLinks: 7 });

describe("planWithProof", { timeout: 60_000 }, () => {
  test("finds the best tree that branches only where it may, and no false bound", () => {
    fc.assert(
      fc.property(WORLDS, fc.subarray(["n0", "n1", "n2", "n3", "n4"]), (world, point) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const narrow = Topology.parse(withoutBranches(topology, point))._unsafeUnwrap();
        const planned = planWithProof(narrow, ledger, linkState, request);
        const solutions = solutionsOf(world).filter((solution) => isNarrow(world, solution, point));
        expect(planned.isOk()).toBe(solutions.length > 0);
        if (planned.isErr()) return;
        const least = Math.min(...solutions.map(({ reserved }) => reserved));
        const { value, lowerBound } = planned.value.quality;
        expect(value).toBe(least);
        expect(lowerBound).toBeLessThanOrEqual(least);
      }),
      { numRuns: 100 },
    );
  });
});

function withoutBranches(topology: Topology, point: readonly string[]): unknown {
  const document = topology.toDocument();
  return {
    ...document,
    nodes: document.nodes.map((node) => ({ ...node, branching: !point.includes(node.id) })),
  };
}

/** Whether at most two links and endpoints meet at each node of `point`. */
function isNarrow(world: World, { links }: Solution, point: readonly string[]): boolean {
  return point.every((node) => {
    const own = world.links.filter(
      ({ id, a, b }) => links.includes(id) && (a === node || b === node),
    );
    return own.length + world.hosts.filter((host) => host.node === node).length <= 2;
  });
}
