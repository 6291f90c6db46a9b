import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cheapestWalk, planNetwork, type Walk } from "../../../src/pce/index.ts";
import { freeOn, labelsOn, load, solutionsOf } from "../brute-force.ts";
import {
  pathSettingOf,
  VLANS,
  type World,
  type WorldHost,
  type WorldLink,
  type WorldShape,
  worlds,
} from "../worlds.ts";

const PAIRS: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 5, maxNodes: 4, isUniform: true };

describe("cheapestWalk", { timeout: 60_000 }, () => {
  test("is as cheap as a search over nodes, tags and what is used up says it can be", () => {
    fc.assert(
      fc.property(worlds(PAIRS), (drawn) => {
        const world = {
          ...drawn,
          request: { ...drawn.request, excludedNodes: [], maxHops: undefined },
        };
        const cheapest = Math.min(...world.request.vlans.map((vlan) => leastCost(world, vlan)));
        const found = walkIn(world);
        expect(found?.cost ?? Number.POSITIVE_INFINITY).toBe(cheapest);
        if (found !== undefined) expectSound(world, found);
      }),
      { numRuns: 200 },
    );
  });

  test("is never dearer than the cheapest path", () => {
    fc.assert(
      fc.property(worlds(PAIRS), (world) => {
        const { topology, ledger, linkState, request } = pathSettingOf(world);
        const path = planNetwork(topology, ledger, linkState, request);
        if (path.isErr()) return;
        expect(walkIn(world)?.cost).toBeLessThanOrEqual(path.value.cost);
      }),
      { numRuns: 100 },
    );
  });
});

function walkIn(world: World): Walk | undefined {
  const { topology, ledger, linkState, request } = pathSettingOf(world);
  const { include: _, ...walk } = request;
  return cheapestWalk(topology, ledger, linkState, walk).unwrapOr(undefined);
}

/** Every pass has its bandwidth, no two of one link have one label, labels change at translators alone. */
function expectSound(world: World, walk: Walk): void {
  const passes = walk.steps.map(({ link, label }) => `${link}/${label}`);
  expect(new Set(passes).size).toBe(passes.length);
  for (const link of world.links) {
    const own = walk.steps.filter((step) => step.link === link.id);
    expect(own.length).toBeLessThanOrEqual(own.length === 0 ? 0 : passesOf(world, link));
    for (const { label } of own) expect(labelsOn(link)).toContain(label);
  }
  for (const [index, step] of walk.steps.slice(1).entries()) {
    const before = walk.steps[index];
    const link = world.links.find(({ id }) => id === step.link);
    const node = world.nodes.find(
      ({ id }) => id === (step.direction === "forward" ? link?.a : link?.b),
    );
    if (before?.label !== step.label) expect(node?.translates).toBe(true);
  }
}

/** How often a link has room for the traffic of the two hosts. */
function passesOf(world: World, link: WorldLink): number {
  const need = load(world, world.hosts.slice(0, 1), world.hosts.slice(1));
  const { forward, backward } = freeOn(link);
  return Math.floor(Math.min(forward, backward) / need);
}

interface State {
  readonly node: string;
  readonly tag: number;
  /** How often each link has been passed. */
  readonly used: readonly number[];
  readonly cost: number;
}

/** Dijkstra over nodes, tags and passes, if `vlan` is the network's; a free choice of tag is a state each. */
function leastCost(world: World, vlan: number): number {
  const [from, to] = world.hosts;
  if (from === undefined || to === undefined || !haveTags(world, vlan))
    return Number.POSITIVE_INFINITY;
  const translates = (node: string): boolean =>
    world.nodes.find(({ id }) => id === node)?.translates === true;
  const isFine = (host: WorldHost, tag: number): boolean =>
    translates(host.node) || host.tagging === "untagged" || tag === (host.own ?? vlan);
  const none = world.links.map(() => 0);
  if (from.node === to.node) return isSameTag(world, vlan) ? 0 : Number.POSITIVE_INFINITY;
  const starts = VLANS.filter((tag) => isFine(from, tag));
  const byCost: State[][] = [starts.map((tag) => ({ node: from.node, tag, used: none, cost: 0 }))];
  const done = new Set<string>();
  for (const states of byCost) {
    for (const state of states ?? []) {
      const key = `${state.node} ${state.tag} ${state.used.join()}`;
      if (done.has(key)) continue;
      done.add(key);
      if (state.node === to.node && isFine(to, state.tag)) return state.cost;
      for (const next of nextStates(world, state, translates(state.node) ? VLANS : [state.tag])) {
        for (let cost = byCost.length; cost <= next.cost; cost++) byCost.push([]);
        byCost[next.cost]?.push(next);
      }
    }
  }
  return Number.POSITIVE_INFINITY;
}

function* nextStates(
  world: World,
  { node, used, cost }: State,
  tags: readonly number[],
): Generator<State> {
  for (const [index, link] of world.links.entries()) {
    const next = link.a === node ? link.b : link.b === node ? link.a : undefined;
    const isOpen =
      link.up && !world.request.excludedLinks.includes(link.id) && areEnabled(world, link);
    const hasRoom = (used[index] ?? 0) < Math.min(passesOf(world, link), VLANS.length);
    if (next === undefined || !isOpen || !hasRoom) continue;
    const more = used.map((count, at) => (at === index ? count + 1 : count));
    for (const tag of tags.filter((one) => labelsOn(link).includes(one))) {
      yield { node: next, tag, used: more, cost: cost + link.metric };
    }
  }
}

function areEnabled({ nodes }: World, link: WorldLink): boolean {
  return nodes.every(({ id, enabled }) => enabled || (id !== link.a && id !== link.b));
}

/** Whether both hosts can have their tags on their ports, and enough bandwidth. */
function haveTags({ hosts, nodes }: World, vlan: number): boolean {
  return hosts.every((host) => {
    const tag = host.own ?? vlan;
    const isEnabled = nodes.find(({ id }) => id === host.node)?.enabled === true;
    const isFree = host.vlans.includes(tag) && !host.taken.includes(tag);
    return isEnabled && (host.tagging === "untagged" || isFree);
  });
}

/** Whether two hosts at one node understand one another. */
function isSameTag(world: World, vlan: number): boolean {
  return solutionsOf({ ...world, request: { ...world.request, vlans: [vlan] } }).length > 0;
}
