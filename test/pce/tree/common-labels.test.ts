import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commonLabels } from "../../../src/pce/tree/common-labels.ts";
import { labelsOf } from "../../../src/pce/tree/tree-problem.ts";
import { VLANS, worlds } from "../worlds.ts";
import { GROUPS, problemOf, ROUTED, treesOf } from "./tree-worlds.ts";

describe("labels with which a tree joins all", { timeout: 60_000 }, () => {
  test("are those of which brute force finds one, where no node translates", () => {
    let [some, none] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(ROUTED)), (drawn) => {
        const nodes = drawn.nodes.map((node) => ({ ...node, translates: false }));
        const problem = problemOf({ ...drawn, nodes });
        if (problem === undefined || problem.needed.length < 2) return;
        const { bindings, vlans } = problem.ends;
        const trees = treesOf(problem);
        const isAllowed = (label: number): boolean =>
          (bindings.network.size === 0 || vlans.has(label)) &&
          [...bindings.own.values()].every((own) => own.has(label));
        const expected = VLANS.filter(
          (label) =>
            isAllowed(label) &&
            trees.some((links) => links.every((link) => labelsOf(problem, link).has(label))),
        );
        const found = commonLabels(problem);
        // A link that must be passed may lie beside the ways between the nodes that must be joined.
        expect(VLANS.filter((label) => found.has(label))).toEqual(
          problem.given.length === 0 ? expected : expect.arrayContaining(expected),
        );
        if (expected.length > 0) some++;
        else none++;
      }),
      { numRuns: 300 },
    );
    expect(Math.min(some, none)).toBeGreaterThan(20);
  });
});
