import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ledger } from "../../../src/ledger.ts";
import { nodeId } from "../../../src/model/ids.ts";
import { claimOf, editPlan, type NetworkPlan, planNetwork } from "../../../src/pce/index.ts";
import { vlanOf } from "../../support/labels.ts";
import { isContinuous, labelsOn, loadOf, type Solution, solutionsOf } from "../brute-force.ts";
import {
  settingOf,
  VLANS,
  type World,
  type WorldLink,
  type WorldShape,
  worlds,
} from "../worlds.ts";

const GROUPS: WorldShape = { hosts: { min: 2, max: 4 }, maxLinks: 7 };
const LARGE: WorldShape = {
  hosts: { min: 4, max: 7 },
  maxNodes: 12,
  maxLinks: 30,
  isPlain: true,
  isUniform: true,
};

/** Which hosts the network joins first, and which afterwards. */
const memberships = fc.tuple(fc.integer({ min: 1, max: 127 }), fc.integer({ min: 1, max: 127 }));
const prices = fc.oneof(
  fc.constantFrom(0, 0.5, 1, 2, 3, 10),
  fc.constant(Number.POSITIVE_INFINITY),
);

interface Change {
  readonly world: World;
  readonly setting: ReturnType<typeof settingOf>;
  readonly current: NetworkPlan;
  readonly ledger: Ledger;
}

/** The world with the hosts asked for now, and what the network of those before has; if it has one. */
function changeOf(world: World, [before, after]: readonly [number, number]): Change | undefined {
  const some = (bits: number): World => {
    const hosts = world.hosts.filter((_, at) => (bits >> at) & 1);
    return { ...world, hosts, request: { ...world.request, maxHops: undefined } };
  };
  const [first, next] = [some(before), some(after)];
  if (first.hosts.length === 0 || next.hosts.length === 0) return undefined;
  const setting = settingOf({ ...world, request: next.request });
  const requestFor = ({ hosts }: World): typeof setting.request => ({
    ...setting.request,
    cost: "metric",
    endpoints: setting.request.endpoints.filter(({ touchPoint }) =>
      hosts.some((host) => touchPoint.hostPort === `${host.id}:eth0`),
    ),
  });
  const { topology, ledger, linkState } = setting;
  const current = planNetwork(topology, ledger, linkState, requestFor(first));
  if (current.isErr()) return undefined;
  const held = ledger.reserve(claimOf(current.value, "me", setting.request.interval));
  return {
    world: next,
    setting: { ...setting, request: requestFor(next) },
    current: current.value,
    ledger: held._unsafeUnwrap(),
  };
}

/** The least objective of all trees, from the definitions. */
function leastObjective({ world, current }: Change, price: number): number {
  const base = baseOf(world, current);
  const objectives = solutionsOf(world).map((solution) => {
    const links = world.links.filter((link) => solution.links.includes(link.id));
    const lost = base.size - mostKept(world, links, solution, base);
    return costOf(world, solution) + (lost === 0 ? 0 : price * lost);
  });
  return Math.min(...objectives);
}

/** The links of the present tree that lie between hosts that stay, with their labels. */
function baseOf(world: World, current: NetworkPlan): ReadonlyMap<string, number> {
  const links = world.links.filter((link) => current.links.some((one) => one.link === link.id));
  const staying = world.hosts.filter((host) =>
    current.endpoints.some((one) => one.hostPort === `${host.id}:eth0`),
  );
  const alike: World = {
    ...world,
    hosts: staying.map((host) => ({ ...host, rate: 1 })),
    request: { ...world.request, bandwidth: 9, sharing: "hose", delivery: "flood" },
  };
  const between = links.filter((link) => {
    const { forward, backward } = loadOf(alike, links, link);
    return forward > 0 && backward > 0;
  });
  return new Map(
    between.map(({ id }) => {
      const label = current.links.find((one) => one.link === id)?.label;
      return [id, label === undefined ? 0 : vlanOf(label)];
    }),
  );
}

/** How many links of `base` the tree can have with their labels, over all ways to label it. */
function mostKept(
  world: World,
  links: readonly WorldLink[],
  { vlans }: Solution,
  base: ReadonlyMap<string, number>,
): number {
  const labellings = links.reduce<readonly (readonly number[])[]>(
    (all, link) => all.flatMap((some) => labelsOn(link).map((label) => [...some, label])),
    [[]],
  );
  const kept = vlans.flatMap((vlan) => {
    const tags = world.hosts.map((host) =>
      host.tagging === "untagged" ? undefined : (host.own ?? vlan),
    );
    return labellings
      .filter((labels) => isContinuous(world, links, labels, tags))
      .map((labels) => links.filter((link, at) => base.get(link.id) === labels[at]).length);
  });
  return Math.max(...kept);
}

/** Cost in units of a link that carries the most it could. */
function costOf({ hosts, request }: World, { cost, reserved }: Solution): number {
  const rates = hosts.map((host) => host.rate);
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  if (request.delivery === "flood" && request.sharing === "hose") return reserved / total;
  const hose =
    request.delivery === "flood"
      ? total - Math.min(...rates)
      : Math.min(total - Math.min(...rates), Math.floor(total / 2)) +
        (hosts.length - 1) * (request.floodAllowance ?? 0);
  const most = request.sharing === "shared" ? Math.min(hose, request.bandwidth) : hose;
  return most === 0 ? cost : reserved / (2 * most);
}

describe("editPlan", { timeout: 60_000 }, () => {
  test("finds the least sum of cost and price of lost links over all trees and labellings", () => {
    fc.assert(
      fc.property(worlds(GROUPS), memberships, prices, (world, members, price) => {
        const change = changeOf(world, members);
        if (change === undefined) return;
        const { topology, linkState, request } = change.setting;
        const edit = editPlan(topology, change.ledger, linkState, {
          current: change.current,
          request,
          price,
        });
        const cheapest = leastObjective(change, 0);
        expect(edit.isOk()).toBe(cheapest < Number.POSITIVE_INFINITY);
        if (edit.isErr()) return;
        expect(edit.value.objective).toBeCloseTo(leastObjective(change, price), 9);
        expect(edit.value.fresh.cost).toBeCloseTo(cheapest, 9);
        expect(edit.value.fresh.bound).toBeCloseTo(cheapest, 9);
      }),
      { numRuns: 150 },
    );
  });

  test("gives a plan that can be reserved in place of the present one, and says what stays of that", () => {
    fc.assert(
      fc.property(worlds(GROUPS), memberships, prices, (world, members, price) => {
        const change = changeOf(world, members);
        if (change === undefined) return;
        const { topology, linkState, request } = change.setting;
        const { current, ledger } = change;
        const edit = editPlan(topology, ledger, linkState, { current, request, price });
        if (edit.isErr()) return;
        const { plan, stay, come, go, lost } = edit.value;
        expect(ledger.replace(claimOf(plan, "me", request.interval)).isOk()).toBe(true);
        const text = (links: NetworkPlan["links"] | typeof stay): readonly string[] =>
          links.map(({ link, label }) => `${link}/${label}`).sort();
        expect(text([...stay, ...come])).toEqual(text(plan.links));
        expect(text([...stay, ...go])).toEqual(text(current.links));
        const base = baseOf(change.world, current);
        expect(go.filter(({ link }) => base.has(link))).toHaveLength(lost);
      }),
      { numRuns: 80 },
    );
  });

  test("on larger fabrics is between its bounds: never worse than the kept or the fresh tree", () => {
    fc.assert(
      fc.property(worlds(LARGE), memberships, prices, (world, members, price) => {
        const change = changeOf(world, members);
        if (change === undefined) return;
        const { current, ledger } = change;
        const { topology, linkState, request } = change.setting;
        const edit = editPlan(topology, ledger, linkState, { current, request, price });
        if (edit.isErr()) return;
        const { objective, cost, fresh } = edit.value;
        expect(fresh.bound).toBeLessThanOrEqual(fresh.cost + 1e-9);
        expect(fresh.cost).toBeLessThanOrEqual(cost + 1e-9);
        const base = baseOf(change.world, current);
        const keep = current.links
          .filter(({ link }) => base.has(link))
          .map(({ link, label }) => ({ link, label }));
        const kept = planNetwork(topology, ledger, linkState, { ...request, keep });
        const anew = planNetwork(topology, ledger, linkState, request)._unsafeUnwrap();
        const has = new Set(anew.links.map(({ link, label }) => `${link}/${label}`));
        const gone = keep.filter(({ link, label }) => !has.has(`${link}/${label}`)).length;
        if (kept.isOk()) expect(objective).toBeLessThanOrEqual(weigh(change, kept.value) + 1e-9);
        const lostAnew = gone === 0 ? 0 : price * gone;
        expect(objective).toBeLessThanOrEqual(weigh(change, anew) + lostAnew + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  test("keeps every needed link at an infinite price, and none for its own sake at no price", () => {
    const square = { metric: 1, capacity: 10, up: true, isPast: false, taken: [], vlans: VLANS };
    const link = (id: string, a: string, b: string, metric: number): WorldLink => ({
      ...square,
      id,
      a,
      b,
      metric,
      used: { forward: 0, backward: 0 },
    });
    const host = (id: string, node: string): World["hosts"][number] => ({
      id,
      node,
      vlans: VLANS,
      taken: [],
      tagging: "tagged",
      own: undefined,
      rate: 1,
    });
    const world: World = {
      nodes: ["a", "b", "c"].map((id) => ({ id, translates: true, enabled: true })),
      links: [link("ab", "a", "b", 3), link("ac", "a", "c", 1), link("bc", "b", "c", 1)],
      hosts: [host("h0", "a"), host("h1", "b"), host("h2", "c")],
      request: {
        bandwidth: 1,
        sharing: "shared",
        delivery: "learn",
        vlans: VLANS,
        floodAllowance: undefined,
        maxHops: undefined,
        excludedLinks: [],
        excludedNodes: [],
      },
    };
    const { topology, ledger, linkState, request } = settingOf(world);
    const ends = request.endpoints.slice(0, 2);
    const two = { ...request, endpoints: ends, exclude: { nodes: new Set([nodeId("c")]) } };
    const current = planNetwork(topology, ledger, linkState, two)._unsafeUnwrap();
    const linksAt = (price: number): readonly string[] =>
      editPlan(topology, ledger, linkState, { current, request, price })
        ._unsafeUnwrap()
        .plan.links.map((one) => one.link);
    expect(linksAt(0)).toEqual(["ac", "bc"]);
    expect(linksAt(1.9)).toEqual(["ac", "bc"]);
    expect(linksAt(2.1)).toEqual(["ab", "ac"]);
    expect(linksAt(Number.POSITIVE_INFINITY)).toEqual(["ab", "ac"]);
  });
});

function weigh({ world }: Change, plan: NetworkPlan): number {
  const reserved = plan.links.reduce((sum, one) => {
    const metric = world.links.find(({ id }) => id === one.link)?.metric ?? 0;
    return sum + metric * (one.forward + one.backward);
  }, 0);
  return costOf(world, { links: [], vlans: [], cost: plan.cost, reserved });
}
