import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { solutionsOf } from "../brute-force.ts";
import { type World, type WorldShape, worlds } from "../worlds.ts";
import { capped, reasonOf } from "./what-if-worlds.ts";

const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 8, isRouted: true };

describe("a refusal for a bound", { timeout: 60_000 }, () => {
  test("on delay names the least it takes", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(ROUTED), worlds({ ...ROUTED, isPlain: true })), (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "delay") return;
        expect(reason.limitMs).toBe(world.request.maxDelayMs);
        expect(reason.leastMs).toBeGreaterThan(reason.limitMs);
        expect(isSolvedIdle(world, { maxDelayMs: reason.leastMs })).toBe(true);
        expect(isSolvedIdle(world, { maxDelayMs: reason.leastMs - 1 })).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test("on what must be passed names elements that cannot be passed together, and none too many", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(ROUTED), worlds({ ...ROUTED, isPlain: true })), (world) => {
        const reason = reasonOf(world);
        if (reason?.reason !== "inclusion") return;
        const links = reason.elements.flatMap((e) =>
          e.type === "link" ? [e.link.toString()] : [],
        );
        const nodes = reason.elements.flatMap((e) =>
          e.type === "node" ? [e.node.toString()] : [],
        );
        const passing = (
          includedLinks: readonly string[],
          includedNodes: readonly string[],
        ): boolean =>
          isSolvedIdle(world, {
            includedLinks,
            includedNodes,
            maxHops: undefined,
            maxDelayMs: undefined,
          });
        expect(passing(links, nodes)).toBe(false);
        for (const link of links) {
          expect(
            passing(
              links.filter((other) => other !== link),
              nodes,
            ),
          ).toBe(true);
        }
        for (const node of nodes) {
          expect(
            passing(
              links,
              nodes.filter((other) => other !== node),
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Whether the request, changed like this, can be met but for bandwidth. */
function isSolvedIdle(world: World, change: Partial<World["request"]>): boolean {
  return solutionsOf(capped({ ...world, request: { ...world.request, ...change } }, 0)).length > 0;
}
