import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { graphOf, headOf, tailOf } from "../../../src/pce/graph/graph.ts";
import { cheapestLabelPath, type LabelEnd } from "../../../src/pce/path/label-path.ts";
import { Topology } from "../../../src/topology.ts";

const LABELS = [1, 31, 32, 64, 4094];

interface Wire {
  readonly a: number;
  readonly b: number;
  readonly metric: number;
  readonly isOpen: boolean;
  readonly labels: readonly number[];
}

const labelSets = fc.subarray(LABELS);
const ends = fc.record({ labels: fc.subarray(LABELS, { minLength: 3 }), isNetwork: fc.boolean() });

const cases = fc.integer({ min: 2, max: 8 }).chain((nodes) =>
  fc.record({
    nodes: fc.constant(nodes),
    wires: fc
      .array(
        fc.record({
          a: fc.nat(nodes - 1),
          b: fc.nat(nodes - 1),
          metric: fc.nat(4),
          isOpen: fc.nat(9).map((n) => n !== 0),
          labels: labelSets,
        }),
        { maxLength: 24 },
      )
      .map((wires) => wires.filter(({ a, b }) => a !== b)),
    origin: ends,
    target: ends,
    vlans: labelSets,
    /** Whether the two ends could change labels, which is no use to them. */
    isTranslating: fc.boolean(),
  }),
);

describe("cheapestLabelPath where no node on the way translates", () => {
  test("is as cheap, and then as short, as the best of the paths that each label has", () => {
    fc.assert(
      fc.property(cases, (world) => {
        const graph = graphOf(topologyOf(world));
        const vlans = VlanSet.of(...world.vlans);
        const endAt = (node: number, { labels, isNetwork }: typeof world.origin): LabelEnd => {
          const own = VlanSet.of(...labels);
          return { node, isNetwork, labels: isNetwork ? own.intersect(vlans) : own };
        };
        const [origin, target] = [endAt(0, world.origin), endAt(1, world.target)];
        const arcs = cheapestLabelPath({
          graph,
          vlans,
          origin,
          target,
          labels: (link) => VlanSet.of(...(world.wires[link]?.labels ?? [])),
          weight: (arc) => weightOf(world.wires[arc >> 1]),
        })._unsafeUnwrap();
        const isBound = world.origin.isNetwork || world.target.isNetwork;
        const allowed = LABELS.filter((label) => {
          const isAtEnds = [origin, target].every(({ labels }) => labels.has(label));
          return isAtEnds && (!isBound || vlans.has(label));
        });
        const best = Math.min(...allowed.map((label) => leastOf(world, label)));
        if (arcs === undefined) {
          expect(best).toBe(Number.POSITIVE_INFINITY);
          return;
        }
        expect(arcs.reduce((sum, arc) => sum + keyOf(world.wires[arc >> 1]), 0)).toBe(best);
        expect(arcs.map((arc) => tailOf(graph, arc))).toEqual([
          0,
          ...arcs.slice(0, -1).map((arc) => headOf(graph, arc)),
        ]);
        const common = (label: number): boolean =>
          arcs.every((arc) => world.wires[arc >> 1]?.labels.includes(label));
        expect(allowed.some(common)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

type World = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function topologyOf({ nodes, wires, isTranslating }: World): Topology {
  const idOf = (at: number): string => `l${String(at).padStart(2, "0")}`;
  return Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: Array.from({ length: nodes }, (_, node) => ({
      id: `n${node}`,
      domain: "d",
      vlanTranslation: isTranslating && node < 2,
      ports: wires.flatMap((__, at) => [{ id: `${idOf(at)}a` }, { id: `${idOf(at)}b` }]),
    })),
    links: wires.map(({ a, b, metric }, at) => ({
      id: idOf(at),
      a: `n${a}:${idOf(at)}a`,
      b: `n${b}:${idOf(at)}b`,
      capacity: 10,
      metric,
    })),
    hosts: [],
  })._unsafeUnwrap();
}

function weightOf(wire: Wire | undefined): number {
  return wire?.isOpen ? wire.metric : Number.POSITIVE_INFINITY;
}

/** Cost and hops in one number. */
function keyOf(wire: Wire | undefined): number {
  return 100 * weightOf(wire) + 1;
}

/** What the best path from node 0 to node 1 on links with `label` comes to: Bellman and Ford. */
function leastOf({ nodes, wires }: World, label: number): number {
  const keys = Array.from({ length: nodes }, (_, node) => (node === 0 ? 0 : Infinity));
  for (let round = 0; round < nodes; round++) {
    for (const wire of wires.filter(({ labels }) => labels.includes(label))) {
      for (const [from, to] of [
        [wire.a, wire.b],
        [wire.b, wire.a],
      ] as const) {
        keys[to] = Math.min(keys[to] ?? 0, (keys[from] ?? 0) + keyOf(wire));
      }
    }
  }
  return keys[1] ?? 0;
}
