import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { segmentsOf } from "../../src/network/forwarding.ts";
import { sameSegment, stages } from "../../src/network/transition.ts";
import { checkWay, statesOf } from "./frame-walk.ts";
import { drawFrom, owner, randomHosts, randomRealisation, randomTopology } from "./random-tree.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const sharings = fc.constantFrom("hose" as const, "shared" as const);
const deliveries = fc.constantFrom("flood" as const, "static" as const, "learn" as const);

describe("stages", () => {
  test("adding endpoints interrupts nobody, and no frame loops, is doubled or leaks on the way", () => {
    fc.assert(
      fc.property(seeds, sharings, deliveries, (seed, sharing, delivery) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const some = hosts.slice(0, 1 + draw(hosts.length));
        const from = randomRealisation(draw, topology, some, {
          firstLabel: 200,
          sharing,
          delivery,
        });
        const keep = { firstLabel: 300, keep: from, sharing, delivery };
        const to = randomRealisation(draw, topology, hosts, keep);
        const [a, b] = [segmentsOf(topology, owner, from), segmentsOf(topology, owner, to)];
        checkWay(draw, topology, { from, to }, statesOf(stages(a, b, "in-place")));
        checkWay(draw, topology, { from: to, to: from }, statesOf(stages(b, a, "in-place")));
      }),
      { numRuns: 200 },
    );
  });

  test("a growth may change the tags at the edges at once: trunks never care", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const from = randomRealisation(draw, topology, hosts.slice(0, 2), { firstLabel: 200 });
        const grown = { firstLabel: 300, keep: from, vlan: 101 };
        const to = randomRealisation(draw, topology, hosts, grown);
        const [a, b] = [segmentsOf(topology, owner, from), segmentsOf(topology, owner, to)];
        checkWay(draw, topology, { from, to }, statesOf(stages(a, b, "in-place")));
      }),
      { numRuns: 100 },
    );
  });

  test("moving to another tree with other labels interrupts nobody, there and back, whatever the trees", () => {
    fc.assert(
      fc.property(seeds, deliveries, (seed, delivery) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const from = randomRealisation(draw, topology, hosts, { firstLabel: 200, delivery });
        const to = randomRealisation(draw, topology, hosts, { firstLabel: 300, delivery });
        const start = segmentsOf(topology, owner, from);
        const there = statesOf(stages(start, segmentsOf(topology, owner, to), "reroute"));
        checkWay(draw, topology, { from, to }, there);
        const back = [start, ...there.slice(0, -1)].reverse();
        checkWay(draw, topology, { from: to, to: from }, back);
      }),
      { numRuns: 200 },
    );
  });

  test("a path that takes the place of a broken one hears nobody else, and loops nowhere, there and back", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2).slice(0, 2);
        const from = randomRealisation(draw, topology, hosts, { firstLabel: 200 });
        const to = randomRealisation(draw, topology, hosts, { firstLabel: 300 });
        const start = segmentsOf(topology, owner, from);
        const end = segmentsOf(topology, owner, to);
        const there = statesOf(stages(start, end, "replace"));
        const mayBeDeaf = { from, to, mayBeDeaf: true };
        checkWay(draw, topology, mayBeDeaf, there);
        checkWay(draw, topology, mayBeDeaf, [start, ...there.slice(0, -1)].reverse());
        const domains = new Set([...start.keys(), ...end.keys()]);
        // What one domain refuses costs no circuit of another: there the new path is laid first.
        expect(there.length).toBeLessThanOrEqual(domains.size === 1 ? 1 : 2);
        if (domains.size > 1) {
          const first = there[0] ?? start;
          for (const [domain, { nodes }] of start) {
            const kept = (first.get(domain)?.nodes ?? []).flatMap(({ rules }) => rules);
            expect(kept).toEqual(expect.arrayContaining(nodes.flatMap(({ rules }) => rules)));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("the last state is the target, and no state repeats the one before", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom("in-place" as const, "reroute" as const), (seed, mode) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 4);
        const hosts = randomHosts(draw, topology, 2);
        const from = segmentsOf(
          topology,
          owner,
          randomRealisation(draw, topology, hosts, { firstLabel: 200 }),
        );
        const to = segmentsOf(
          topology,
          owner,
          randomRealisation(draw, topology, hosts, { firstLabel: 300, vlan: 101 }),
        );
        const states = statesOf(stages(from, to, mode));
        expect([...(states.at(-1) ?? new Map()).keys()].sort()).toEqual([...to.keys()].sort());
        let last = from;
        for (const state of states) {
          const domains = new Set([...last.keys(), ...state.keys()]);
          const changed = [...domains].some((d) => !sameSegment(last.get(d), state.get(d)));
          expect(changed).toBe(true);
          last = state;
        }
        for (const [domain, segment] of to) expect(last.get(domain)).toEqual(segment);
        expect(stages(to, to, mode)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("old trunks are drained before they are cleared, on the way there and on the way back", () => {
    const draw = drawFrom(1);
    const topology = randomTopology(draw, 5);
    const hosts = randomHosts(draw, topology, 4);
    const [from, to] = [200, 300].map((firstLabel) =>
      segmentsOf(topology, owner, randomRealisation(draw, topology, hosts, { firstLabel })),
    );
    if (from === undefined || to === undefined) throw new Error("two realisations were drawn");
    const way = stages(from, to, "reroute");
    expect(way.map(({ drainBefore }) => drainBefore)).toEqual([false, false, true]);
    expect(way.map(({ drainBeforeReturn }) => drainBeforeReturn)).toEqual([true, false, false]);
  });
});
