import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cheapestWalk, planNetwork, type Walk } from "../../../src/pce/index.ts";
import {
  endpointsCan,
  freeOn,
  isUsable,
  type Load,
  labelsOn,
  load,
  solutionsOf,
} from "../brute-force.ts";
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
      fc.property(worlds(PAIRS), fc.boolean(), (drawn, isOneWay) => {
        const world = {
          ...drawn,
          request: { ...drawn.request, excludedNodes: [], maxHops: undefined },
        };
        const cheapest = Math.min(
          ...world.request.vlans.map((vlan) => leastCost(world, vlan, isOneWay)),
        );
        const found = walkIn(world, isOneWay);
        expect(found?.cost ?? Number.POSITIVE_INFINITY).toBe(cheapest);
        if (found !== undefined) expectSound(world, found, isOneWay);
      }),
      { numRuns: 80 },
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
      { numRuns: 50 },
    );
  });
});

function walkIn(world: World, isOneWay = false): Walk | undefined {
  const { topology, ledger, linkState, request } = pathSettingOf(world);
  const { include: _, ...walk } = request;
  return cheapestWalk(topology, ledger, linkState, { ...walk, isOneWay }).unwrapOr(undefined);
}

/** Every pass has its bandwidth, no two of one link have one label, labels change at translators alone. */
function expectSound(world: World, walk: Walk, isOneWay: boolean): void {
  const passes = walk.steps.map(({ link, label }) => `${link}/${label}`);
  expect(new Set(passes).size).toBe(passes.length);
  for (const link of world.links) {
    const own = walk.steps.filter((step) => step.link === link.id);
    const room = roomOn(world, link);
    for (const direction of ["forward", "backward"] as const) {
      const count = own.filter((step) => !isOneWay || step.direction === direction).length;
      expect(count).toBeLessThanOrEqual(room[direction]);
    }
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

/** How often each direction of a link has room for what one host sends the other. */
function roomOn(world: World, link: WorldLink): Load {
  const need = load(world, world.hosts.slice(0, 1), world.hosts.slice(1));
  const { forward, backward } = freeOn(link);
  return { forward: Math.floor(forward / need), backward: Math.floor(backward / need) };
}

interface State {
  readonly node: string;
  readonly tag: number;
  /** How often the forward and the backward direction of each link have been used. */
  readonly used: readonly number[];
  readonly cost: number;
}

/** Dijkstra over nodes, tags and passes, if `vlan` is the network's; a free choice of tag is a state each. */
function leastCost(world: World, vlan: number, isOneWay: boolean): number {
  const [from, to] = world.hosts;
  if (from === undefined || to === undefined || !haveTags(world, vlan) || !endpointsCan(world))
    return Number.POSITIVE_INFINITY;
  const translates = (node: string): boolean =>
    world.nodes.find(({ id }) => id === node)?.translates === true;
  const isFine = (host: WorldHost, tag: number): boolean =>
    translates(host.node) || host.tagging === "untagged" || tag === (host.own ?? vlan);
  const none = world.links.flatMap(() => [0, 0]);
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
      for (const next of nextStates(
        world,
        state,
        translates(state.node) ? VLANS : [state.tag],
        isOneWay,
      )) {
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
  isOneWay: boolean,
): Generator<State> {
  for (const [index, link] of world.links.entries()) {
    const next = link.a === node ? link.b : link.b === node ? link.a : undefined;
    const isOpen = isUsable(world, link);
    const isForward = link.a === node;
    const room = roomOn(world, link);
    // No label is used twice on a link: more passes than there are labels are of no use.
    const limits = [room.forward, room.backward].map((most) => Math.min(most, VLANS.length));
    const more = used.map((count, at) => {
      const isPassed = at === 2 * index + (isForward ? 0 : 1);
      const isReserved = !isOneWay && at >> 1 === index;
      return isPassed || isReserved ? count + 1 : count;
    });
    const hasRoom = limits.every((most, at) => (more[2 * index + at] ?? 0) <= most);
    if (next === undefined || !isOpen || !hasRoom) continue;
    for (const tag of tags.filter((one) => labelsOn(link).includes(one))) {
      yield { node: next, tag, used: more, cost: cost + link.metric };
    }
  }
}

/** Whether both hosts can have their tags on their ports. */
function haveTags({ hosts }: World, vlan: number): boolean {
  return hosts.every((host) => {
    const tag = host.own ?? vlan;
    const isFree = host.vlans.includes(tag) && !host.taken.includes(tag);
    return host.tagging === "untagged" || isFree;
  });
}

/** Whether two hosts at one node understand one another. */
function isSameTag(world: World, vlan: number): boolean {
  return solutionsOf({ ...world, request: { ...world.request, vlans: [vlan] } }).length > 0;
}
