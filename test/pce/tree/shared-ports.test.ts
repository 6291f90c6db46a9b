import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkChannel } from "../../../src/ledger/channel.ts";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, nodeId, portOf } from "../../../src/model/ids.ts";
import { always } from "../../../src/model/interval.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { allLinksUp, claimOf, planNetwork, topologyResources } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";
import { value } from "../../support/testbed.ts";

/** Campuses with one port each towards all of some nodes that do not branch. */
interface World {
  readonly lanes: readonly Lane[];
  /** Of each campus's port. */
  readonly capacities: readonly number[];
  /** Of each campus's endpoint; it has none at 0. */
  readonly rates: readonly number[];
}

interface Lane {
  readonly id: string;
  readonly campus: number;
  readonly wan: number;
  readonly capacity: number;
  readonly used: { readonly forward: number; readonly backward: number };
}

const WANS = 3;
const CAMPUSES = 3;

const amount = fc.constantFrom(0, 0, 1, 2);
const worlds: fc.Arbitrary<World> = fc
  .record({
    capacities: fc.array(fc.integer({ min: 4, max: 14 }), {
      minLength: CAMPUSES,
      maxLength: CAMPUSES,
    }),
    rates: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: CAMPUSES, maxLength: CAMPUSES }),
    lanes: fc.array(
      fc.record({
        isThere: fc.constantFrom(true, true, true, false),
        capacity: fc.integer({ min: 3, max: 9 }),
        used: fc.record({ forward: amount, backward: amount }),
      }),
      { minLength: CAMPUSES * WANS, maxLength: CAMPUSES * WANS },
    ),
  })
  .map(({ capacities, rates, lanes }) => ({
    ...{ capacities, rates },
    lanes: lanes.flatMap(({ isThere, ...lane }, at) => {
      const [campus, wan] = [Math.floor(at / WANS), at % WANS];
      return isThere ? [{ ...lane, id: `c${campus}-w${wan}`, campus, wan }] : [];
    }),
  }))
  .filter(({ rates, lanes, capacities }) => {
    const isFree = capacities.every((capacity, campus) =>
      (["forward", "backward"] as const).every(
        (way) => sum(lanes.filter((l) => l.campus === campus).map((l) => l.used[way])) <= capacity,
      ),
    );
    return isFree && rates.filter((rate) => rate > 0).length > 1;
  });

describe("links that share a port", { timeout: 60_000 }, () => {
  test("are planned within what the port has, just where the definitions allow", () => {
    const outcomes = { planned: 0, refused: 0, hubs: 0 };
    fc.assert(
      fc.property(worlds, (world) => {
        const { topology, ledger } = settingOf(world);
        const endpoints = world.rates.flatMap((rate, campus) => {
          const [node, port] = [nodeId(`c${campus}`), portOf(`c${campus}`, "host")];
          const touchPoint = { hostPort: `c${campus}:eth0`, node, port };
          return rate === 0
            ? []
            : [{ touchPoint, tagging: "tagged" as const, bandwidth: bandwidth(rate) }];
        });
        const planned = planNetwork(topology, ledger, allLinksUp, {
          ...{ holder: "p", endpoints, interval: always, vlans: VlanSet.default },
          ...{ bandwidth: bandwidth(1), sharing: "hose", delivery: "flood", cost: "metric" },
        });
        const possible = subsets(world.lanes).filter((lanes) => fitsAll(world, lanes));
        expect(planned.isOk()).toBe(possible.length > 0);
        outcomes[planned.isOk() ? "planned" : "refused"]++;
        if (planned.isErr()) return;
        const { links } = planned.value;
        const chosen = world.lanes.filter(({ id }) => links.some(({ link }) => link === id));
        expect(fitsAll(world, chosen)).toBe(true);
        if (new Set(chosen.map(({ campus }) => campus)).size < chosen.length) outcomes.hubs++;
        expect(ledger.reserve(claimOf(planned.value, "p", always)).isOk()).toBe(true);
        const least = Math.min(...possible.map((lanes) => heldBy(world, lanes)));
        expect(heldBy(world, chosen)).toBe(least);
      }),
      { numRuns: 200 },
    );
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(5);
  });
});

function settingOf({ lanes, capacities }: World): {
  readonly topology: Topology;
  readonly ledger: Ledger;
} {
  const wans = Array.from({ length: WANS }, (_, at) => at);
  const topology = value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        { id: "campus", driver: "memory" },
        { id: "wan", driver: "oscars" },
      ],
      nodes: [
        ...capacities.map((capacity, at) => ({
          ...{ id: `c${at}`, domain: "campus" },
          ports: [{ id: "host" }, { id: "wan", capacity }],
        })),
        ...wans.map((at) => ({
          ...{ id: `w${at}`, domain: "wan", branching: false },
          ports: capacities.map((_, campus) => ({ id: `c${campus}` })),
        })),
      ],
      links: lanes.map(({ id, campus, wan, capacity }) => ({
        ...{ id, a: `c${campus}:wan`, b: `w${wan}:c${campus}`, capacity },
        vlans: `${100 + 10 * wan}-${109 + 10 * wan}`,
      })),
      hosts: capacities.map((_, at) => ({ host: `c${at}`, nic: "eth0", port: `c${at}:host` })),
    }),
  );
  const used = lanes.flatMap(({ id, used: { forward, backward } }) => [
    { channel: linkChannel(linkId(id), "forward"), amount: bandwidth(forward) },
    { channel: linkChannel(linkId(id), "backward"), amount: bandwidth(backward) },
  ]);
  const ledger = Ledger.over(topologyResources(topology)).reserve({
    ...{ holder: "others", interval: always, bandwidth: used, labels: [] },
  });
  return { topology, ledger: ledger._unsafeUnwrap() };
}

/** By definition: a tree of the endpoints' campuses whose leaves they are, with room on every lane and port. */
function fitsAll(world: World, lanes: readonly Lane[]): boolean {
  const nodes = new Set(lanes.flatMap(({ campus, wan }) => [`c${campus}`, `w${wan}`]));
  const ends = world.rates.flatMap((rate, at) => (rate > 0 ? [`c${at}`] : []));
  if (ends.some((node) => !nodes.has(node)) || lanes.length !== nodes.size - 1) return false;
  if (reach(lanes, ends[0] ?? "").size !== nodes.size) return false;
  const degree = (node: string): number =>
    lanes.filter(({ campus, wan }) => node === `c${campus}` || node === `w${wan}`).length;
  const isSound = [...nodes].every((node) =>
    node.startsWith("w") ? degree(node) === 2 : degree(node) > 1 || ends.includes(node),
  );
  if (!isSound) return false;
  const loads = lanes.map((lane) => ({ lane, ...loadOf(world, lanes, lane) }));
  const hasRoom = loads.every(
    ({ lane, forward, backward }) =>
      forward + lane.used.forward <= lane.capacity &&
      backward + lane.used.backward <= lane.capacity,
  );
  return (
    hasRoom &&
    world.capacities.every((capacity, campus) => {
      const there = world.lanes.filter((lane) => lane.campus === campus);
      return (["forward", "backward"] as const).every((way) => {
        const own = loads.filter(({ lane }) => lane.campus === campus).map((load) => load[way]);
        return sum(own) + sum(there.map(({ used }) => used[way])) <= capacity;
      });
    })
  );
}

/** Everything is flooded: a direction of a lane carries all that is sent behind it. */
function loadOf(
  { rates }: World,
  lanes: readonly Lane[],
  lane: Lane,
): { readonly forward: number; readonly backward: number } {
  const near = reach(
    lanes.filter((other) => other !== lane),
    `c${lane.campus}`,
  );
  const sent = (isNear: boolean): number =>
    sum(rates.filter((_, at) => near.has(`c${at}`) === isNear));
  return { forward: sent(true), backward: sent(false) };
}

function heldBy(world: World, lanes: readonly Lane[]): number {
  return sum(
    lanes.map((lane) => {
      const { forward, backward } = loadOf(world, lanes, lane);
      return forward + backward;
    }),
  );
}

function reach(lanes: readonly Lane[], from: string): ReadonlySet<string> {
  const seen = new Set([from]);
  for (const node of seen) {
    for (const { campus, wan } of lanes) {
      if (node === `c${campus}`) seen.add(`w${wan}`);
      if (node === `w${wan}`) seen.add(`c${campus}`);
    }
  }
  return seen;
}

function subsets(lanes: readonly Lane[]): readonly (readonly Lane[])[] {
  return Array.from({ length: 2 ** lanes.length }, (_, mask) =>
    lanes.filter((_, at) => (mask >> at) % 2 === 1),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
