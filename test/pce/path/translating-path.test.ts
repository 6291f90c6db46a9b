import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planNetwork } from "../../../src/pce/index.ts";
import { endpointsCan, freeOn, isUsable, labelsOn, load } from "../brute-force.ts";
import { settingOf, VLANS, type World, type WorldLink, worlds } from "../worlds.ts";

/** Too large to go through all sets of links. */
const MEDIUM = worlds({
  hosts: { min: 2, max: 2 },
  maxNodes: 24,
  maxLinks: 40,
  isRouted: true,
}).map(roomier);

describe("paths in medium fabrics where some nodes translate", { timeout: 60_000 }, () => {
  test("are as cheap, under every constraint, as the best over sets of nodes", () => {
    fc.assert(
      fc.property(MEDIUM, (world) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const planned = planNetwork(topology, ledger, linkState, request);
        expect(planned.map(({ cost }) => cost).unwrapOr(Number.POSITIVE_INFINITY)).toBe(
          leastCost(world),
        );
      }),
      { numRuns: 200 },
    );
  });
});

/** Bounds that paths of several links can keep, and more links that are open. */
function roomier(world: World): World {
  const { maxHops, maxDelayMs, ...request } = world.request;
  const [from, to] = world.hosts;
  const isApart = from?.node !== to?.node;
  return {
    ...world,
    links: world.links.map((link) => ({ ...link, capacity: link.capacity + 6 })),
    hosts: world.hosts.map((host, at) => (at === 1 && !isApart ? { ...host, node: "n1" } : host)),
    request: {
      ...request,
      maxHops: maxHops === undefined ? undefined : maxHops + 3,
      maxDelayMs: maxDelayMs === undefined ? undefined : maxDelayMs + 4,
      includedLinks: (request.includedLinks ?? []).filter(() => world.nodes.length % 3 === 0),
      includedNodes: request.includedNodes?.slice(0, 1) ?? [],
    },
  };
}

/** A way without loops: the nodes it has been at as bits, and the labels its last link may have. */
interface Way {
  readonly node: string;
  readonly seen: number;
  readonly hops: number;
  readonly delayMs: number;
  readonly labels: readonly number[];
  readonly links: readonly string[];
  readonly cost: number;
}

/** What the cheapest path costs with the best VLAN. */
function leastCost(world: World): number {
  if (!endpointsCan(world)) return Number.POSITIVE_INFINITY;
  const costs = VLANS.filter((vlan) => world.request.vlans.includes(vlan)).map((vlan) =>
    leastWith(world, vlan),
  );
  return Math.min(...costs, Number.POSITIVE_INFINITY);
}

/**
 * All ways without loops, hop by hop; of those that have been at the same nodes and are at the same one, with the
 * same labels and stops left, those that are dearer and slower than another are dropped (as Held and Karp).
 */
function leastWith(world: World, vlan: number): number {
  const { nodes, hosts, request } = world;
  const [from, to] = hosts;
  if (from === undefined || to === undefined) throw new Error("a path has two ends");
  const tags = hosts.map((host) => (host.tagging === "untagged" ? undefined : (host.own ?? vlan)));
  const areFree = hosts.every((host, at) => {
    const tag = tags[at];
    return tag === undefined || (host.vlans.includes(tag) && !host.taken.includes(tag));
  });
  if (!areFree) return Number.POSITIVE_INFINITY;
  const bitOf = new Map(nodes.map(({ id }, at) => [id, 1 << at]));
  const rigid = new Set(nodes.filter((node) => !node.translates).map(({ id }) => id));
  const [first, last] = tags.map((tag) => (tag === undefined ? VLANS : [tag]));
  const { maxHops = nodes.length, maxDelayMs = Number.POSITIVE_INFINITY } = request;
  const must = (request.includedNodes ?? []).reduce((bits, id) => bits | (bitOf.get(id) ?? 0), 0);
  const links = request.includedLinks ?? [];
  const start = rigid.has(from.node) ? (first ?? []) : VLANS;
  const end = rigid.has(to.node) ? (last ?? []) : VLANS;
  const open = openArcs(world);
  let least = Number.POSITIVE_INFINITY;
  let layer: readonly Way[] = [
    {
      node: from.node,
      seen: bitOf.get(from.node) ?? 0,
      hops: 0,
      delayMs: 0,
      labels: start,
      links: [],
      cost: 0,
    },
  ];
  while (layer.length > 0) {
    const next = new Map<string, Way[]>();
    for (const way of layer) {
      if (way.node === to.node) {
        const isMade = (way.seen & must) === must && way.links.length === links.length;
        const isLabelled = way.labels.some((label) => end.includes(label));
        if (isMade && isLabelled) least = Math.min(least, way.cost);
        continue;
      }
      for (const { link, head } of open.get(way.node) ?? []) {
        const bit = bitOf.get(head) ?? 0;
        const delayMs = way.delayMs + (link.delayMs ?? 0);
        const cost = way.cost + link.metric;
        const labels = labelsOn(link).filter((label) => way.labels.includes(label));
        const isOver = way.hops + 1 > maxHops || delayMs > maxDelayMs || cost >= least;
        if ((way.seen & bit) !== 0 || labels.length === 0 || isOver) continue;
        const onward = {
          node: head,
          seen: way.seen | bit,
          hops: way.hops + 1,
          delayMs,
          labels: rigid.has(head) || head === to.node ? labels : VLANS,
          links: links.includes(link.id) ? [...way.links, link.id] : way.links,
          cost,
        };
        const key = `${onward.seen} ${head} ${onward.labels.join()} ${onward.links.join()}`;
        const others = next.get(key) ?? [];
        if (others.some((other) => other.cost <= cost && other.delayMs <= delayMs)) continue;
        next.set(key, [...others, onward]);
      }
    }
    layer = [...next.values()].flat();
  }
  return least;
}

/** The links that may be used and have room both ways, by the nodes from which they lead on. */
function openArcs(
  world: World,
): ReadonlyMap<string, readonly { readonly link: WorldLink; readonly head: string }[]> {
  const [from, to] = world.hosts;
  const [near, far] = [[from], [to]].map((side) => side.filter((host) => host !== undefined));
  const onward = load(world, near ?? [], far ?? []);
  const back = load(world, far ?? [], near ?? []);
  const usable = world.links.filter((link) => isUsable(world, link));
  return new Map(
    world.nodes.map(({ id }) => [
      id,
      usable.flatMap((link) => {
        const { forward, backward } = freeOn(link);
        if (link.a === id && forward >= onward && backward >= back) return [{ link, head: link.b }];
        if (link.b === id && backward >= onward && forward >= back) return [{ link, head: link.a }];
        return [];
      }),
    ]),
  );
}
