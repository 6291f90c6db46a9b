import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Graph, graphOf } from "../../../src/pce/graph/graph.ts";
import type { Landmarks } from "../../../src/pce/graph/landmarks.ts";
import { LinkTable } from "../../../src/pce/graph/link-table.ts";
import { TICKS } from "../../../src/pce/graph/ticks.ts";
import { bidirectionalPath, type SearchMeans } from "../../../src/pce/path/bidirectional-path.ts";
import { RemainingCosts } from "../../../src/pce/path/remaining-costs.ts";
import { Topology } from "../../../src/topology.ts";

interface Wire {
  readonly a: number;
  readonly b: number;
  readonly metric: number;
  readonly enabled: boolean;
  readonly isUsable: boolean;
  readonly forward: number;
  readonly backward: number;
  /** How many times its metric it costs. */
  readonly growth: number;
}

interface Case {
  readonly nodes: number;
  readonly wires: readonly Wire[];
  readonly onward: number;
  readonly back: number;
}

/** Bit/s, of which cells tell more or less. */
const rates = fc.constantFrom(0, 1, 999_999, 1e6, 1_000_001, 10e9, 400e9, 400_001e6);

const cases = fc.integer({ min: 2, max: 12 }).chain((nodes) =>
  fc.record({
    nodes: fc.constant(nodes),
    wires: fc
      .array(
        fc.record({
          a: fc.nat(nodes - 1),
          b: fc.nat(nodes - 1),
          metric: fc.oneof(
            { weight: 20, arbitrary: fc.integer({ min: 0, max: 4 }) },
            { weight: 1, arbitrary: fc.constantFrom(0.375, 2 ** 29) },
          ),
          enabled: fc.integer({ max: 9 }).map((n) => n !== 0),
          isUsable: fc.nat(9).map((n) => n !== 0),
          forward: rates,
          backward: rates,
          growth: fc.constantFrom(1, 1.25, 2.5),
        }),
        { maxLength: 30 },
      )
      .map((wires) => wires.filter(({ a, b }) => a !== b)),
    onward: rates,
    back: rates,
  }),
);

describe("bidirectionalPath", () => {
  test("finds a path that is as cheap, and then as short, as the best there is, by whatever means", () => {
    const flags = fc.record({
      isGrown: fc.boolean(),
      isLed: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, flags, (world, { isGrown, isLed }) => {
        const graph = graphFor(world);
        const table = tableFor(graph, world, isGrown);
        const means = { landmarks: isLed ? everyNode(world) : undefined };
        for (const to of graph.nodeIds.keys()) {
          const path = found(world, { graph, table }, to, means);
          const best = distances(world, isGrown)[to] ?? [Number.POSITIVE_INFINITY, 0];
          if (path === undefined) expect(best[0]).toBe(Number.POSITIVE_INFINITY);
          else expect([costOf(world, path, isGrown), path.length]).toEqual(best);
          if (path !== undefined) expect(isPath(world, path, to)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("RemainingCosts", () => {
  test("are exact up to the radius, and beyond it exact too or all the same, and no more than what is there", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), fc.nat(8), (world, isGrown, radius) => {
        const graph = graphFor(world);
        const table = tableFor(graph, world, isGrown);
        const { onward: back, back: onward } = world;
        const isUsable = (link: number): boolean => world.wires[link]?.isUsable === true;
        const query = { graph, table, from: 0, to: 0, onward, back, isUsable };
        const remaining = new RemainingCosts(query, radius);
        const exact = distances(world, isGrown).map(([cost]) => cost);
        const bounds = new Set<number>();
        for (const [node, cost] of exact.entries()) {
          const least = remaining.from(node);
          if (least === cost) continue;
          expect(cost).toBeGreaterThan(radius);
          expect(least).toBeLessThan(cost);
          bounds.add(least);
        }
        expect(bounds.size).toBeLessThanOrEqual(1);
        for (const least of bounds) expect(least).toBeGreaterThan(radius);
      }),
    );
  });
});

function id(index: number): string {
  return `l${String(index).padStart(2, "0")}`;
}

function graphFor({ nodes, wires }: Case): Graph {
  const ids = Array.from({ length: nodes }, (_, at) => `n${String(at).padStart(2, "0")}`);
  const parsed = Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: ids.map((node) => ({
      id: node,
      domain: "d",
      ports: wires.flatMap((_, at) => [{ id: `${id(at)}a` }, { id: `${id(at)}b` }]),
    })),
    links: wires.map((wire, at) => ({
      id: id(at),
      a: `${ids[wire.a]}:${id(at)}a`,
      b: `${ids[wire.b]}:${id(at)}b`,
      capacity: 10,
      metric: wire.metric,
      enabled: wire.enabled,
    })),
    hosts: [],
  });
  return graphOf(parsed._unsafeUnwrap());
}

/** As of a ledger: nothing is known until it is loaded. */
function tableFor(graph: Graph, { wires }: Case, isGrown: boolean): LinkTable {
  const greatest = Math.max(0, ...wires.map(({ metric, growth }) => metric * growth));
  const greatestStep = greatest * TICKS;
  const residuals = new Float64Array(graph.heads.length).fill(Number.NaN);
  const load = (link: number): void => {
    const wire = wires[link];
    if (wire === undefined) throw new Error(`there is no link ${link}`);
    residuals.set([wire.forward, wire.backward], 2 * link);
    const room = Math.min(wire.forward, wire.backward);
    table.set(link, { cost: isGrown ? wire.metric * wire.growth : wire.metric, room });
  };
  const grain = graph.metricRange.areWhole ? (isGrown ? 1 : TICKS) : 0;
  const form = { greatestStep, grain, isFixed: !isGrown };
  const table = new LinkTable(graph, { residuals, load }, form);
  return table;
}

function found(
  { wires, onward, back }: Case,
  { graph, table }: { readonly graph: Graph; readonly table: LinkTable },
  to: number,
  means: SearchMeans,
): readonly number[] | undefined {
  const isUsable = (link: number): boolean => wires[link]?.isUsable === true;
  return bidirectionalPath({ graph, table, from: 0, to, onward, back, isUsable }, means)?.arcs;
}

/** Landmarks everywhere, by Floyd and Warshall, on metrics alone, or on less. */
function everyNode({ nodes, wires }: Case): Landmarks {
  const far: number = 0x3fff_ffff;
  const table = Array.from({ length: nodes }, (_, x) =>
    Array.from({ length: nodes }, (__, y) => (x === y ? 0 : far)),
  );
  const least = (x: number, y: number, distance: number): void => {
    const row = table[x] ?? [];
    row[y] = Math.min(row[y] ?? far, distance);
  };
  for (const { a, b, metric, enabled } of wires) {
    if (!enabled) continue;
    least(a, b, Math.min(Math.floor(metric), 1_000));
    least(b, a, Math.min(Math.floor(metric), 1_000));
  }
  for (let via = 0; via < nodes; via++) {
    for (let x = 0; x < nodes; x++) {
      for (let y = 0; y < nodes; y++) {
        least(x, y, Math.min(far, (table[x]?.[via] ?? far) + (table[via]?.[y] ?? far)));
      }
    }
  }
  return { count: nodes, distances: Int32Array.from(table.flat()) };
}

/** Cost and hops from node 0 to every node: Bellman and Ford. */
function distances(world: Case, isGrown: boolean): readonly (readonly [number, number])[] {
  const best = Array.from({ length: world.nodes }, (_, at): readonly [number, number] => [
    at === 0 ? 0 : Number.POSITIVE_INFINITY,
    0,
  ]);
  for (let round = 0; round < world.nodes; round++) {
    for (const wire of world.wires) {
      for (const [from, to, ahead, behind] of [
        [wire.a, wire.b, wire.forward, wire.backward],
        [wire.b, wire.a, wire.backward, wire.forward],
      ] as const) {
        const isOpen =
          wire.enabled && wire.isUsable && ahead >= world.onward && behind >= world.back;
        const [cost, hops] = best[from] ?? [Number.POSITIVE_INFINITY, 0];
        const next = [cost + wire.metric * (isGrown ? wire.growth : 1), hops + 1] as const;
        const [known, knownHops] = best[to] ?? [Number.POSITIVE_INFINITY, 0];
        const isBetter = next[0] < known || (next[0] === known && next[1] < knownHops);
        if (isOpen && cost < Number.POSITIVE_INFINITY && isBetter) best[to] = next;
      }
    }
  }
  return best;
}

function costOf({ wires }: Case, path: readonly number[], isGrown: boolean): number {
  return path.reduce((sum, arc) => {
    const wire = wires[arc >> 1];
    return sum + (wire?.metric ?? 0) * (isGrown ? (wire?.growth ?? 0) : 1);
  }, 0);
}

/** Whether the arcs lead from node 0 to `to` over links that may be used and have room. */
function isPath({ wires, onward, back }: Case, path: readonly number[], to: number): boolean {
  let node = 0;
  for (const arc of path) {
    const wire = wires[arc >> 1];
    if (wire === undefined || !wire.enabled || !wire.isUsable) return false;
    const isForward = (arc & 1) === 0;
    if (node !== (isForward ? wire.a : wire.b)) return false;
    const [ahead, behind] = isForward
      ? [wire.forward, wire.backward]
      : [wire.backward, wire.forward];
    if (ahead < onward || behind < back) return false;
    node = isForward ? wire.b : wire.a;
  }
  return node === to;
}
