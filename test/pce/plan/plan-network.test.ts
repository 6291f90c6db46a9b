import * as fc from "fast-check";
import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import {
  claimOf,
  type NetworkPlan,
  type PlanRefusal,
  planNetwork,
} from "../../../src/pce/index.ts";
import { vlanOf } from "../../support/labels.ts";
import {
  isContinuous,
  type Keep,
  labelsOn,
  load,
  loadOf,
  solutionOf,
  solutionsOf,
} from "../brute-force.ts";
import { settingOf, type World, type WorldShape, worlds } from "../worlds.ts";

const PAIRS: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 9 };
const GROUPS: WorldShape = { hosts: { min: 1, max: 4 }, maxLinks: 8 };
/** With delays, risk groups and places to pass. */
const ROUTED: WorldShape = { ...GROUPS, isRouted: true };
/** Mostly with endpoints at three nodes and more, and several trees that fit. */
const CHOICES: WorldShape = { hosts: { min: 3, max: 4 }, maxLinks: 10, isPlain: true };
/** Too many trees to go through them all. */
const LARGE: WorldShape = { hosts: { min: 3, max: 6 }, maxNodes: 12, maxLinks: 30 };

describe("planNetwork", { timeout: 60_000 }, () => {
  test("finds a cheapest path between two endpoints whenever there is one", () => {
    fc.assert(
      fc.property(worlds(PAIRS), (world) => {
        const solutions = solutionsOf(world);
        const planned = plan(world);
        expect(planned.isOk()).toBe(solutions.length > 0);
        if (planned.isErr()) return;
        const cost = Math.min(...solutions.map((solution) => solution.cost));
        const cheapest = solutions.filter((solution) => solution.cost === cost);
        const hops = Math.min(...cheapest.map(({ links }) => links.length));
        const shortest = cheapest.filter(({ links }) => links.length === hops);
        const ways = shortest.map(({ links }) => inOrder(world, links));
        expect(planned.value.cost).toBe(cost);
        expect(ways).toContain(inOrder(world, linksOf(planned.value)));
      }),
      { numRuns: 300 },
    );
  });

  test("finds the tree that reserves least in small fabrics whenever there is a tree", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(GROUPS), worlds(ROUTED), worlds(CHOICES)), (world) => {
        const solutions = solutionsOf(world);
        const planned = plan(world);
        expect(planned.isOk()).toBe(solutions.length > 0);
        if (planned.isErr()) return;
        const found = solutionOf(world, chosen(world, planned.value));
        expect(found?.reserved).toBe(Math.min(...solutions.map(({ reserved }) => reserved)));
      }),
      { numRuns: 400 },
    );
  });

  test("finds a minimum Steiner tree for a shared network of equal rates", () => {
    const shape: WorldShape = { ...CHOICES, isUniform: true };
    fc.assert(
      fc.property(worlds(shape), (drawn) => {
        const world = { ...drawn, request: { ...drawn.request, sharing: "shared" as const } };
        const solutions = solutionsOf(world);
        const planned = plan(world);
        expect(planned.isOk()).toBe(solutions.length > 0);
        if (planned.isErr()) return;
        expect(planned.value.cost).toBe(Math.min(...solutions.map(({ cost }) => cost)));
      }),
      { numRuns: 150 },
    );
  });

  test("plans what satisfies every definition, reserves the formula and fits the ledger", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(PAIRS), worlds(GROUPS), worlds(LARGE)), (world) => {
        const planned = plan(world);
        if (planned.isOk()) expectSound(world, planned.value);
      }),
      { numRuns: 150 },
    );
  });

  test("gives the same plan whatever the order of the document and of the endpoints", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(PAIRS), worlds(GROUPS)), fc.nat(), (world, seed) => {
        const shuffled = settingOf(world, (elements) => shuffle(elements, seed));
        const endpoints = shuffle(shuffled.request.endpoints, seed);
        const request = { ...shuffled.request, endpoints };
        const { topology, ledger, linkState } = shuffled;
        const again = planNetwork(topology, ledger, linkState, request);
        const planned = plan(world);
        expect(again.isOk()).toBe(planned.isOk());
        if (again.isErr() || planned.isErr()) return;
        expect(byHostPort(again.value)).toEqual(byHostPort(planned.value));
      }),
      { numRuns: 150 },
    );
  });

  test("counts what its holder has as free", () => {
    fc.assert(
      fc.property(worlds(GROUPS), (world) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const planned = planNetwork(topology, ledger, linkState, request);
        if (planned.isErr()) return;
        const claim = claimOf(planned.value, request.holder, request.interval);
        const taken = ledger.reserve(claim)._unsafeUnwrap();
        expect(planNetwork(topology, taken, linkState, request)).toEqual(planned);
      }),
      { numRuns: 60 },
    );
  });

  test("grows a tree by branches alone, the cheapest in small fabrics", () => {
    fc.assert(
      fc.property(
        fc.oneof(worlds({ ...GROUPS, hosts: { min: 2, max: 4 } }), worlds(CHOICES)),
        (drawn) => {
          const { maxHops: _, ...unbounded } = drawn.request;
          const world = { ...drawn, request: { ...unbounded, maxHops: undefined } };
          const before = plan({ ...world, hosts: world.hosts.slice(0, -1) });
          if (before.isErr()) return;
          const keep = before.value.links;
          const grown = { ...world, request: { ...world.request, vlans: [before.value.vlan] } };
          const kept: Keep = new Map(keep.map(({ link, label }) => [link, vlanOf(label)]));
          const { topology, ledger, linkState, request } = settingOf(grown);
          const planned = planNetwork(topology, ledger, linkState, { ...request, keep });
          const solutions = solutionsOf(grown, kept);
          expect(planned.isOk()).toBe(solutions.length > 0);
          if (planned.isErr()) return;
          expectSound(grown, planned.value, kept);
          const found = solutionOf(grown, chosen(grown, planned.value), kept);
          expect(found?.reserved).toBe(Math.min(...solutions.map(({ reserved }) => reserved)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

function plan(world: World): Result<NetworkPlan, PlanRefusal> {
  const { topology, ledger, linkState, request } = settingOf(world);
  return planNetwork(topology, ledger, linkState, request);
}

function linksOf(planned: NetworkPlan): readonly string[] {
  return planned.links.map(({ link }) => link);
}

function chosen(world: World, planned: NetworkPlan): World["links"] {
  return world.links.filter((link) => linksOf(planned).includes(link.id));
}

/** The links of a path from the host's node with the lower id, as text. */
function inOrder(world: World, links: readonly string[]): string {
  let [node = ""] = world.hosts.map((host) => host.node).sort();
  const left = new Set(links);
  const order: string[] = [];
  while (left.size > 0) {
    const next = world.links.find((l) => left.has(l.id) && (l.a === node || l.b === node));
    if (next === undefined) break;
    left.delete(next.id);
    order.push(next.id);
    node = next.a === node ? next.b : next.a;
  }
  return order.join();
}

function expectSound(world: World, planned: NetworkPlan, keep: Keep = new Map()): void {
  const links = chosen(world, planned);
  expect(solutionOf(world, links, keep)?.vlans).toContain(planned.vlan);
  expect(linksOf(planned)).toEqual(links.map((link) => link.id));
  for (const [at, link] of links.entries()) {
    const { forward, backward, label } = planned.links[at] ?? {};
    expect({ forward, backward }).toEqual(loadOf(world, links, link));
    expect(keep.has(link.id) ? [keep.get(link.id)] : labelsOn(link)).toContain(label);
  }
  const tags = world.hosts.map((host) =>
    host.tagging === "untagged" ? undefined : (host.own ?? planned.vlan),
  );
  expect(planned.endpoints.map(({ attachment }) => attachment.tag)).toEqual(
    tags.map((tag) => tag ?? "untagged"),
  );
  const labels = planned.links.map(({ label }) => vlanOf(label));
  expect(isContinuous(world, links, labels, tags)).toBe(true);
  for (const host of world.hosts) {
    const others = world.hosts.filter((other) => other !== host);
    const port = planned.ports.find((one) => one.port === `${host.node}:${host.id}`);
    expect(port?.in).toBe(load(world, [host], others));
    expect(port?.out).toBe(load(world, others, [host]));
  }
  expect(planned.cost).toBe(links.reduce((sum, link) => sum + link.metric, 0));
  const { ledger, request } = settingOf(world);
  expect(ledger.reserve(claimOf(planned, "me", request.interval)).isOk()).toBe(true);
}

function byHostPort(planned: NetworkPlan): NetworkPlan {
  const endpoints = [...planned.endpoints].sort((x, y) => (x.hostPort < y.hostPort ? -1 : 1));
  return { ...planned, endpoints };
}

function shuffle<T>(elements: readonly T[], seed: number): readonly T[] {
  const key = (at: number): number => Math.imul(at + 1, 2654435761 + 2 * seed) >>> 0;
  const order = [...elements.keys()].sort((x, y) => key(x) - key(y));
  return order.flatMap((at) => elements.slice(at, at + 1));
}
