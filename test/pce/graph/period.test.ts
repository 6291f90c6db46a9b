import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Graph, graphOf, headOf, metricOf, tailOf } from "../../../src/pce/graph/graph.ts";
import { periodOf } from "../../../src/pce/graph/period.ts";
import { Topology } from "../../../src/topology.ts";
import { fabricOf, graphOfFabric } from "./fabrics.ts";

const letter = fc.constantFrom(..."abcde");
const fabric = fc
  .array(fc.record({ a: letter, b: letter, metric: fc.constantFrom(0, 2, 3, 4, 6) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((links) => links.filter(({ a, b }) => a !== b))
  .filter((links) => links.length > 0);

describe("periodOf", () => {
  test("is the greatest that divides what every way back costs", () => {
    fc.assert(
      fc.property(fabric, (links) => {
        const graph = graphOfFabric(links);
        const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
        expect(periodOf(graph)).toBe(waysBack(graph).reduce(divisor, 0));
      }),
    );
  });

  test.each([
    ["a square", "ab bc cd da", 2],
    ["a triangle", "ab bc ca", 1],
    ["a triangle far away from a square", "ab bc cd da ef fg ge", 1],
    ["a tree", "ab*5 bc*5", 10],
  ])("of %s", (_, text, period) => {
    expect(periodOf(graphOfFabric(fabricOf(text)))).toBe(period);
  });

  test("is 0 without links", () => {
    const document = { format: "dcns-topology/1", domains: [], nodes: [], links: [], hosts: [] };
    expect(periodOf(graphOf(Topology.parse(document)._unsafeUnwrap()))).toBe(0);
  });
});

/** What ways from a node back to itself cost that go along up to twice as many links as there are nodes. */
function waysBack(graph: Graph): number[] {
  const nodes = [...graph.nodeIds.keys()];
  const found = new Set<number>();
  for (const origin of nodes) {
    let costs = nodes.map((node) => new Set(node === origin ? [0] : []));
    for (const _ of [...nodes, ...nodes]) {
      const next = nodes.map(() => new Set<number>());
      for (const arc of graph.arcs) {
        for (const cost of costs[tailOf(graph, arc)] ?? []) {
          next[headOf(graph, arc)]?.add(cost + metricOf(graph, arc >> 1));
        }
      }
      costs = next;
      for (const cost of costs[origin] ?? []) found.add(cost);
    }
  }
  return [...found];
}
