import * as fc from "fast-check";
import { expect } from "vitest";
import type { Ledger } from "../../../src/ledger.ts";
import { linkId } from "../../../src/model/ids.ts";
import {
  claimOf,
  type Move,
  type PlanRequest,
  planNetwork,
  type StandingNetwork,
} from "../../../src/pce/index.ts";
import { solutionOf } from "../brute-force.ts";
import {
  type Setting,
  settingOf,
  VLANS,
  type World,
  type WorldLink,
  type WorldShape,
  worlds,
} from "../worlds.ts";

const SHAPE: WorldShape = {
  hosts: { min: 3, max: 5 },
  maxNodes: 5,
  maxLinks: 8,
  isPlain: true,
};

/** Fabrics on which several small networks have to share a ring and some links besides. */
export const crowded: fc.Arbitrary<World> = worlds(SHAPE).map((world) => ({
  ...world,
  links: [...world.links, ...ringOf(world)],
}));

function ringOf({ nodes }: World): readonly WorldLink[] {
  return nodes.slice(0, nodes.length > 2 ? nodes.length : 1).map((node, at) => ({
    id: `r${at}`,
    a: node.id,
    b: nodes[(at + 1) % nodes.length]?.id ?? "",
    capacity: 16,
    metric: 2,
    ...IDLE,
  }));
}

const IDLE = {
  vlans: VLANS,
  up: true,
  used: { forward: 0, backward: 0 },
  taken: [],
  isPast: false,
};

/** The nodes a, b and c with these links of metric 1, and a host of rate 4 at some nodes. */
export function fabricOf(
  hosts: readonly string[],
  links: readonly (readonly [id: string, a: string, b: string, capacity: number])[],
): World {
  return {
    nodes: ["a", "b", "c"].map((id) => ({ id, translates: true, enabled: true })),
    links: links.map(([id, a, b, capacity]) => ({ ...IDLE, id, a, b, capacity, metric: 1 })),
    hosts: hosts.map((node) => ({
      id: `h${node}`,
      node,
      vlans: VLANS,
      taken: [],
      tagging: "tagged",
      own: undefined,
      rate: 4,
    })),
    request: {
      bandwidth: 4,
      sharing: "hose",
      delivery: "learn",
      vlans: VLANS,
      floodAllowance: undefined,
      maxHops: undefined,
      excludedLinks: [],
      excludedNodes: [],
    },
  };
}

/** A network: which hosts it joins, and which links it was kept away from when it was set up. */
export interface Pick {
  readonly hosts: number;
  readonly avoided: number;
}

export const picks: fc.Arbitrary<readonly Pick[]> = fc.array(
  fc.record({ hosts: fc.integer({ min: 3, max: 127 }), avoided: fc.nat(1 << 14) }),
  { minLength: 1, maxLength: 6 },
);

/** Networks that stand on a fabric, each in the ledger. */
export interface Standing {
  readonly setting: Setting;
  readonly ledger: Ledger;
  readonly networks: readonly StandingNetwork[];
}

/** The request of the network of these hosts; at most three of them. */
export function requestOf(
  world: World,
  setting: Setting,
  hosts: number,
  name: string,
): PlanRequest {
  const chosen = world.hosts.filter((_, at) => (hosts >> at) & 1).slice(0, 3);
  const endpoints = setting.request.endpoints.filter(({ touchPoint }) =>
    chosen.some((host) => touchPoint.hostPort === `${host.id}:eth0`),
  );
  return { ...setting.request, holder: name, endpoints, cost: "metric" };
}

/** Sets the networks up one after the other, as far as there is room. */
export function standingOn(world: World, chosen: readonly Pick[]): Standing {
  const setting = settingOf(world);
  const { topology, linkState } = setting;
  let { ledger } = setting;
  const networks: StandingNetwork[] = [];
  for (const [at, { hosts, avoided }] of chosen.entries()) {
    const request = requestOf(world, setting, hosts, `net${at}`);
    if (request.endpoints.length === 0) continue;
    const links = world.links.filter((_, index) => (avoided >> index) & 1);
    const exclude = { links: new Set(links.map(({ id }) => linkId(id))) };
    const plan = planNetwork(topology, ledger, linkState, { ...request, exclude });
    if (plan.isErr()) continue;
    ledger = ledger.reserve(claimOf(plan.value, request.holder, request.interval))._unsafeUnwrap();
    networks.push({ request, plan: plan.value });
  }
  return { setting, ledger, networks };
}

/** Makes the moves one after the other, checks each, and says what every network has in the end. */
export function replayed(
  world: World,
  { ledger, networks }: Standing,
  moves: readonly Move[],
): { readonly ledger: Ledger; readonly networks: readonly StandingNetwork[] } {
  const now = new Map(networks.map((network) => [network.request.holder, network]));
  let held = ledger;
  for (const { holder, from, to, during, after } of moves) {
    const network = now.get(holder);
    expect(from).toEqual(network?.plan);
    if (network === undefined) continue;
    held = held.replace(during)._unsafeUnwrap();
    held = held.replace(after)._unsafeUnwrap();
    expect(after).toEqual(claimOf(to, holder, network.request.interval));
    for (const { link, label } of to.links) {
      expect(from.links.find((one) => one.link === link)?.label).not.toBe(label);
    }
    const hosts = world.hosts.filter((host) =>
      network.request.endpoints.some((end) => end.touchPoint.hostPort === `${host.id}:eth0`),
    );
    const links = world.links.filter((link) => to.links.some((one) => one.link === link.id));
    expect(solutionOf({ ...world, hosts }, links)).toBeDefined();
    now.set(holder, { ...network, plan: to });
  }
  return { ledger: held, networks: [...now.values()] };
}

/** All that is promised, in an order of its own. */
export function claimsOf(ledger: Ledger): readonly unknown[] {
  return [...ledger.claims()].sort((x, y) => (x.holder < y.holder ? -1 : 1));
}
