import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TICKS } from "../../../src/pce/graph/ticks.ts";
import { zonesOf } from "../../../src/pce/graph/zones.ts";
import { graphOfFabric } from "./fabrics.ts";

const letter = fc.constantFrom(..."abcdef");
const fabric = fc
  .array(
    fc.record({ a: letter, b: letter, metric: fc.constantFrom(0, 1, 2, 3, 7, 0.1, 0.3, 5e5) }),
    { minLength: 1, maxLength: 12 },
  )
  .map((links) => links.filter(({ a, b }) => a !== b))
  .filter((links) => links.length > 0);

test("zones of neighbours do not overlap, and none could be greater", () => {
  fc.assert(
    fc.property(fabric, (links) => {
      const graph = graphOfFabric(links);
      const zones = zonesOf(graph);
      const left = graph.nodeIds.map(() => Number.POSITIVE_INFINITY);
      for (const [link, metric] of graph.metrics.entries()) {
        const ends = [graph.heads[2 * link] ?? 0, graph.heads[2 * link + 1] ?? 0];
        const between = ends.reduce((rest, node) => rest - (zones[node] ?? 0), metric * TICKS);
        expect(between).toBeGreaterThanOrEqual(0);
        for (const node of ends) left[node] = Math.min(left[node] ?? 0, between);
      }
      for (const rest of left) expect(rest).toBeLessThan(1);
    }),
  );
});
