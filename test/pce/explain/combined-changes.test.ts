import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NoPath, Remedies, Remedy, VlanUnavailable } from "../../../src/model/refusal.ts";
import { describeRefusal } from "../../../src/model/refusal-text.ts";
import { explainRefusal } from "../../../src/pce/index.ts";
import { settingOf, VLANS, type World, type WorldShape, worlds } from "../worlds.ts";
import {
  asking,
  capped,
  changed,
  isSolved,
  smallerThan,
  without,
  withVlans,
} from "./what-if-worlds.ts";

const TREES: WorldShape = { hosts: { min: 3, max: 4 }, maxLinks: 7, isRouted: true };
const ROUTED: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 8, isRouted: true };
const WORLDS = fc.oneof(worlds(ROUTED).map(harder), worlds(TREES).map(harder));

describe("changes that help together", { timeout: 60_000 }, () => {
  test("do, while none of them can be left out, nor the last be smaller", () => {
    fc.assert(
      fc.property(WORLDS, (world) => {
        for (const combination of remediesOf(world)?.combinations ?? []) {
          expect(combination.length).toBeGreaterThan(1);
          expect(isSolved(combination.reduce(changed, world))).toBe(true);
          for (const one of combination) {
            expect(isSolved(changed(world, one))).toBe(false);
            const others = combination.filter((other) => other !== one);
            expect(isSolved(others.reduce(changed, world))).toBe(false);
          }
          const last = combination.at(-1);
          const others = combination.slice(0, -1).reduce(changed, world);
          const smaller = last && smallerThan(others, last);
          if (smaller !== undefined) expect(isSolved(smaller)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("are named for every two kinds that have any, if no single change helps", () => {
    fc.assert(
      fc.property(WORLDS, (world) => {
        const remedies = remediesOf(world);
        if (remedies === undefined) return;
        const { changes, combinations } = remedies;
        expect(remedies.isComplete).toBe(true);
        if (changes.length > 0) {
          expect(combinations).toEqual([]);
          return;
        }
        const pairs = pairsOf(world);
        const named = combinations.filter(({ length }) => length === 2).map(kindsOf);
        expect(new Set(named)).toEqual(pairs);
        expect(named).toHaveLength(pairs.size);
        if (pairs.size > 0) return;
        expect(combinations).toHaveLength(isSolved(openEverything(world)) ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });

  test("may be a bandwidth and a VLAN", () => {
    const link = { id: "l00", a: "n0", b: "n1", capacity: 10, vlans: [3], metric: 1, up: true };
    const used = { forward: 5, backward: 0 };
    const end = { vlans: VLANS, taken: [], tagging: "tagged" as const, own: undefined, rate: 8 };
    const [drawn] = fc.sample(worlds({ ...ROUTED, isPlain: true }), { numRuns: 1, seed: 1 });
    if (drawn === undefined) throw new Error("a sample was asked for");
    const refusal = refusalOf({
      nodes: ["n0", "n1"].map((id) => ({ id, translates: false, enabled: true })),
      links: [{ ...link, used, taken: [], isPast: false }],
      hosts: [
        { ...end, id: "h0", node: "n0" },
        { ...end, id: "h1", node: "n1" },
      ],
      request: {
        ...drawn.request,
        vlans: [2],
        maxDelayMs: undefined,
        floodAllowance: undefined,
        includedLinks: [],
        includedNodes: [],
        excludedSrlgs: [],
      },
    });
    expect(refusal?.remedies).toEqual({
      changes: [],
      combinations: [
        [
          { type: "bandwidth", bandwidth: 5 },
          { type: "vlans", vlans: "3" },
        ],
      ],
      isComplete: true,
    });
    const text = refusal === undefined ? "" : describeRefusal(refusal);
    expect(text).toContain("; it would succeed at 5bps and with VLAN 3");
  });
});

/** The world with more asked for, so that one change is seldom enough. */
function harder(world: World): World {
  const { request } = world;
  return {
    ...world,
    hosts: world.hosts.map((host) => ({ ...host, rate: host.rate + 3 })),
    request: {
      ...request,
      vlans: request.vlans.slice(0, 1),
      maxHops: Math.min(request.maxHops ?? 2, 2),
      excludedLinks: ["l00", "l02"],
    },
  };
}

function refusalOf(world: World): (NoPath | VlanUnavailable) | undefined {
  const { topology, ledger, linkState, request } = settingOf(world);
  const planned = explainRefusal(topology, ledger, linkState, request);
  const isExplained = planned.isErr() && "remedies" in planned.error;
  return isExplained ? planned.error : undefined;
}

function remediesOf(world: World): Remedies | undefined {
  return refusalOf(world)?.remedies;
}

/** The kinds of two changes, in the order of the alphabet. */
function kindsOf(combination: readonly Remedy[]): string {
  return combination
    .map(({ type }) => type)
    .sort()
    .join(" ");
}

/** The kinds of every two changes with which there is a solution, numbers and VLANs as wide as can be. */
function pairsOf(world: World): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (const [kind, one] of opened(world)) {
    for (const [other, both] of opened(one)) {
      if (isSolved(both)) pairs.add([kind, other].sort().join(" "));
    }
  }
  return pairs;
}

/** The world with one thing less asked for, in every way that there is. */
function opened(world: World): readonly (readonly [Remedy["type"], World])[] {
  const { request, hosts } = world;
  const lists = [
    ["exclusion", "excludedLinks"],
    ["exclusion", "excludedNodes"],
    ["exclusion", "excludedSrlgs"],
    ["inclusion", "includedLinks"],
    ["inclusion", "includedNodes"],
  ] as const;
  const shorter = lists.flatMap(([kind, list]) => {
    const all = request[list] ?? [];
    return all.map((id) => {
      return [kind, asking(world, { [list]: all.filter((other) => other !== id) })] as const;
    });
  });
  const fewer = hosts.length < 3 ? [] : hosts.map((host) => changed(world, without(host.id)));
  return [
    ["vlans", withVlans(world, VLANS)],
    ["hops", asking(world, { maxHops: undefined })],
    ["delay", asking(world, { maxDelayMs: undefined })],
    ["bandwidth", capped(world, 1)],
    ...shorter,
    ...fewer.map((smaller) => ["endpoint", smaller] as const),
  ];
}

function openEverything(world: World): World {
  return capped(
    withVlans(
      asking(world, {
        maxHops: undefined,
        maxDelayMs: undefined,
        excludedLinks: [],
        excludedNodes: [],
        excludedSrlgs: [],
        includedLinks: [],
        includedNodes: [],
      }),
      VLANS,
    ),
    1,
  );
}
