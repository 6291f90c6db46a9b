import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attachmentKey } from "../../src/model/attachment.ts";
import type { ForwardingRule } from "../../src/model/segment.ts";
import { type Segments, segmentsOf } from "../../src/network/forwarding.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import { type Stage, sameSegment, stages } from "../../src/network/transition.ts";
import type { Topology } from "../../src/topology.ts";
import {
  type Draw,
  drawFrom,
  owner,
  randomHosts,
  randomRealisation,
  randomTopology,
} from "./random-tree.ts";

/** What every node does, for a walk: by node, then by ingress. */
type Tables = ReadonlyMap<string, ReadonlyMap<string, ForwardingRule>>;

function tablesOf(segments: Segments): Tables {
  return new Map(
    [...segments.values()].flatMap(({ nodes }) =>
      nodes.map(({ node, rules }) => [
        node as string,
        new Map(rules.map((rule) => [attachmentKey(rule.ingress), rule])),
      ]),
    ),
  );
}

/** Follows one frame from where it enters; gives where its copies leave, in order of port. */
function walk(topology: Topology, tables: Tables, port: string, tag: string): readonly string[] {
  const delivered: string[] = [];
  const seen = new Set<string>();
  const arrive = (at: string, label: string): void => {
    const key = `${at}/${label}`;
    if (seen.has(key)) throw new Error(`a frame passes ${key} twice`);
    seen.add(key);
    const rule = tables.get(at.slice(0, at.indexOf(":")))?.get(key);
    for (const egress of rule?.egress ?? []) {
      if (attachmentKey(egress) === key) throw new Error(`a frame is sent back at ${key}`);
      const link = topology.linkAt(egress.port);
      if (link === undefined) delivered.push(attachmentKey(egress));
      else arrive(link.a === egress.port ? link.b : link.a, String(egress.tag));
    }
  };
  arrive(port, tag);
  return delivered.sort();
}

function statesOf(way: readonly Stage[]): readonly Segments[] {
  return way.map(({ state }) => state);
}

/** Every state the nodes can be in while they go from one state to the next, each on its own. */
function* mixtures(draw: Draw, from: Tables, to: Tables): Generator<Tables> {
  const nodes = [...new Set([...from.keys(), ...to.keys()])];
  for (let i = 0; i < 12; i++) {
    const mixed = new Map<string, ReadonlyMap<string, ForwardingRule>>();
    for (const node of nodes) {
      const table = (draw(2) === 0 ? from : to).get(node);
      if (table !== undefined) mixed.set(node, table);
    }
    yield mixed;
  }
  yield to;
}

function placesOf(realisation: Realisation): readonly string[] {
  return realisation.plan.endpoints.map(({ attachment }) => attachmentKey(attachment)).sort();
}

/** Walks a frame from every endpoint through every state on the way from `from` to `to`. */
function checkWay(
  draw: Draw,
  topology: Topology,
  ends: { from: Realisation; to: Realisation },
  way: readonly Segments[],
): void {
  const before = placesOf(ends.from);
  const after = placesOf(ends.to);
  const staying = before.filter((place) => after.includes(place));
  let last = tablesOf(segmentsOf(topology, owner, ends.from));
  for (const state of way) {
    const next = tablesOf(state);
    for (const tables of mixtures(draw, last, next)) {
      for (const place of new Set([...before, ...after])) {
        const [port = "", tag = ""] = place.split("/");
        const reached = walk(topology, tables, port, tag);
        if (new Set(reached).size !== reached.length) throw new Error(`doubled: ${reached}`);
        const leaked = reached.filter((at) => !before.includes(at) && !after.includes(at));
        if (leaked.length > 0) throw new Error(`leaked: ${leaked}`);
        const deaf = staying.filter((other) => other !== place && !reached.includes(other));
        if (staying.includes(place) && deaf.length > 0) throw new Error(`${deaf} lost ${place}`);
      }
    }
    last = next;
  }
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe("stages", () => {
  test("adding endpoints interrupts nobody, and no frame loops, is doubled or leaks on the way", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom("hose" as const, "shared" as const), (seed, sharing) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const some = hosts.slice(0, 1 + draw(hosts.length));
        const from = randomRealisation(draw, topology, some, { firstLabel: 200, sharing });
        const keep = { firstLabel: 300, keep: from, sharing };
        const to = randomRealisation(draw, topology, hosts, keep);
        const [a, b] = [segmentsOf(topology, owner, from), segmentsOf(topology, owner, to)];
        checkWay(draw, topology, { from, to }, statesOf(stages(a, b, "in-place")));
        checkWay(draw, topology, { from: to, to: from }, statesOf(stages(b, a, "in-place")));
      }),
      { numRuns: 150 },
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

  test("the way back through the states of a move to another tree is as safe as the way there", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const from = randomRealisation(draw, topology, hosts, { firstLabel: 200 });
        const to = randomRealisation(draw, topology, hosts, { firstLabel: 300 });
        const start = segmentsOf(topology, owner, from);
        const there = statesOf(stages(start, segmentsOf(topology, owner, to), "reroute"));
        const back = [start, ...there.slice(0, -1)].reverse();
        checkWay(draw, topology, { from: to, to: from }, back);
      }),
      { numRuns: 100 },
    );
  });

  test("moving to another tree with other labels interrupts nobody, whatever the trees", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const topology = randomTopology(draw, 3 + draw(4));
        const hosts = randomHosts(draw, topology, 2);
        const from = randomRealisation(draw, topology, hosts, { firstLabel: 200 });
        const to = randomRealisation(draw, topology, hosts, { firstLabel: 300 });
        const [a, b] = [segmentsOf(topology, owner, from), segmentsOf(topology, owner, to)];
        checkWay(draw, topology, { from, to }, statesOf(stages(a, b, "reroute")));
      }),
      { numRuns: 150 },
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
