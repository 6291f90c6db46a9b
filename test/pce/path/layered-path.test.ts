import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kCheapestPaths, planNetwork } from "../../../src/pce/index.ts";
import { freeOn, labelsOn, load } from "../brute-force.ts";
import { pathSettingOf, VLANS, type World, type WorldLink, worlds } from "../worlds.ts";

/** Too large to go through all paths. */
const MEDIUM = {
  hosts: { min: 2, max: 2 },
  maxNodes: 20,
  maxLinks: 60,
  isRouted: true,
  isUniform: true,
};

describe("paths in larger fabrics", { timeout: 60_000 }, () => {
  test("without translation are as cheap as in a graph with a layer for each label, hop and delay", () => {
    fc.assert(
      fc.property(worlds(MEDIUM).map(rigid), (world) => {
        const costs = VLANS.map((label) => layered(world, label));
        expect(costOf(world)).toBe(Math.min(...costs));
      }),
      { numRuns: 80 },
    );
  });

  test("without translation are, the first few, those that a search over all ways comes to first", () => {
    fc.assert(
      fc.property(worlds(MEDIUM).map(rigid), (world) => {
        const { topology, ledger, linkState, request } = pathSettingOf(world);
        const found = kCheapestPaths(topology, ledger, linkState, { ...request, count: FEW });
        expect(found.map((plans) => plans.map(({ cost }) => cost)).unwrapOr([])).toEqual(
          cheapestCosts(world),
        );
      }),
      { numRuns: 80 },
    );
  });

  test("by way of a node are as cheap as a flow of two units from it to both ends", () => {
    fc.assert(
      fc.property(worlds(MEDIUM).map(open), fc.nat(19), (world, stop) => {
        const node = `n${stop % world.nodes.length}`;
        const ends = world.hosts.map((host) => host.node);
        if (ends[0] === ends[1] || ends.includes(node)) return;
        const request = { ...world.request, includedNodes: [node] };
        expect(costOf({ ...world, request })).toBe(flowCost(world, node));
      }),
      { numRuns: 80 },
    );
  });
});

/** How many paths are asked for where several are. */
const FEW = 8;

/** All hosts without tags, no node translates, and nothing to be passed. */
function rigid(world: World): World {
  return {
    ...world,
    nodes: world.nodes.map((node) => ({ ...node, translates: false, enabled: true })),
    hosts: world.hosts.map((host) => ({ ...host, tagging: "untagged", capacity: undefined })),
    request: { ...world.request, excludedNodes: [], includedLinks: [], includedNodes: [] },
  };
}

/** Links that only bandwidth closes. */
function open(world: World): World {
  return {
    ...rigid(world),
    links: world.links.map((link) => ({
      ...link,
      vlans: VLANS,
      taken: [],
      metric: link.metric + 1,
    })),
    request: { ...rigid(world).request, maxHops: undefined, maxDelayMs: undefined },
  };
}

function costOf(world: World): number {
  const { topology, ledger, linkState, request } = pathSettingOf(world);
  const planned = planNetwork(topology, ledger, linkState, request);
  return planned.map(({ cost }) => cost).unwrapOr(Number.POSITIVE_INFINITY);
}

/** The nodes that the hosts are at. */
function endsOf(world: World): readonly [string, string] {
  const [from = "", to = ""] = world.hosts.map((host) => host.node);
  return [from, to];
}

/** The links that are up, not excluded and have room in both directions. */
function openLinks(world: World): readonly WorldLink[] {
  const { excludedLinks, excludedSrlgs = [] } = world.request;
  const need = load(world, world.hosts.slice(0, 1), world.hosts.slice(1));
  return world.links.filter((link) => {
    const { forward, backward } = freeOn(link);
    const isExcluded =
      excludedLinks.includes(link.id) || link.srlg?.some((group) => excludedSrlgs.includes(group));
    return link.up && !isExcluded && Math.min(forward, backward) >= need;
  });
}

/** The cheapest way on links that have `label`, hop after hop, by node and delay so far. */
function layered(world: World, label: number): number {
  const [from, to] = endsOf(world);
  const { maxHops = world.nodes.length, maxDelayMs } = world.request;
  const links = openLinks(world).filter((link) => labelsOn(link).includes(label));
  let layer = new Map([[`${from} 0`, 0]]);
  let best = from === to ? 0 : Number.POSITIVE_INFINITY;
  for (let hop = 0; hop < maxHops; hop++) {
    const next = new Map<string, number>();
    for (const [state, cost] of layer) {
      const [node, delay] = state.split(" ");
      for (const { a, b, metric, delayMs = 0 } of links) {
        const end = a === node ? b : b === node ? a : undefined;
        const later = maxDelayMs === undefined ? 0 : Number(delay) + delayMs;
        if (end === undefined || later > (maxDelayMs ?? 0)) continue;
        const key = `${end} ${later}`;
        next.set(key, Math.min(next.get(key) ?? Number.POSITIVE_INFINITY, cost + metric));
        if (end === to) best = Math.min(best, cost + metric);
      }
    }
    layer = next;
  }
  return best;
}

/** A way without loops, the labels that all its links have, and what it costs at least at its end. */
interface OpenWay {
  readonly nodes: readonly string[];
  readonly labels: readonly number[];
  readonly cost: number;
  readonly delayMs: number;
  readonly least: number;
}

/** What the first few paths cost: always the way on that comes to least at its end goes on. */
function cheapestCosts(world: World): readonly number[] {
  const [from, to] = endsOf(world);
  const links = openLinks(world);
  const { maxHops = world.nodes.length, maxDelayMs = Number.POSITIVE_INFINITY } = world.request;
  const ahead = costsTo(to, links);
  const ways: OpenWay[] = [{ nodes: [from], labels: VLANS, cost: 0, delayMs: 0, least: 0 }];
  const costs: number[] = [];
  while (ways.length > 0 && costs.length < FEW) {
    const best = ways.reduce((x, y) => (y.least < x.least ? y : x));
    ways.splice(ways.indexOf(best), 1);
    const node = best.nodes.at(-1);
    if (node === to) costs.push(best.cost);
    if (node === to || best.nodes.length > maxHops) continue;
    for (const link of links) {
      const end = link.a === node ? link.b : link.b === node ? link.a : undefined;
      if (end === undefined || best.nodes.includes(end)) continue;
      const labels = labelsOn(link).filter((label) => best.labels.includes(label));
      const cost = best.cost + link.metric;
      const delayMs = best.delayMs + (link.delayMs ?? 0);
      const least = cost + (ahead.get(end) ?? Number.POSITIVE_INFINITY);
      if (labels.length === 0 || delayMs > maxDelayMs || !Number.isFinite(least)) continue;
      ways.push({ nodes: [...best.nodes, end], labels, cost, delayMs, least });
    }
  }
  return costs;
}

/** What it costs from each node to `target`, by Bellman and Ford's method. */
function costsTo(target: string, links: readonly WorldLink[]): ReadonlyMap<string, number> {
  const costs = new Map([[target, 0]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { a, b, metric } of links) {
      for (const [near, far] of [
        [a, b],
        [b, a],
      ] as const) {
        const cost = (costs.get(near) ?? Number.POSITIVE_INFINITY) + metric;
        if (cost >= (costs.get(far) ?? Number.POSITIVE_INFINITY)) continue;
        costs.set(far, cost);
        changed = true;
      }
    }
  }
  return costs;
}

interface FlowArc {
  readonly from: string;
  readonly to: string;
  readonly cost: number;
}

/** Two units from `source` to one end each, no two at one node, by Bellman and Ford's search twice. */
function flowCost(world: World, source: string): number {
  const ends = endsOf(world);
  let arcs: readonly FlowArc[] = [
    ...world.nodes.map(({ id }) => ({ from: `${id} in`, to: `${id} out`, cost: 0 })),
    ...ends.map((end) => ({ from: `${end} out`, to: "sink", cost: 0 })),
    ...openLinks(world).flatMap(({ a, b, metric: cost }) => [
      { from: `${a} out`, to: `${b} in`, cost },
      { from: `${b} out`, to: `${a} in`, cost },
    ]),
  ];
  let total = 0;
  for (const _unit of ends) {
    const path = cheapestFlow(arcs, `${source} out`);
    total += path?.reduce((sum, { cost }) => sum + cost, 0) ?? Number.POSITIVE_INFINITY;
    const used = new Set(path);
    arcs = [
      ...arcs.filter((arc) => !used.has(arc)),
      ...(path ?? []).map(({ from, to, cost }) => ({ from: to, to: from, cost: -cost })),
    ];
  }
  return total;
}

function cheapestFlow(arcs: readonly FlowArc[], source: string): readonly FlowArc[] | undefined {
  const reached = new Map<string, { readonly cost: number; readonly last?: FlowArc }>();
  reached.set(source, { cost: 0 });
  for (let changed = true; changed; ) {
    changed = false;
    for (const arc of arcs) {
      const before = reached.get(arc.from);
      const cost = (before?.cost ?? Number.POSITIVE_INFINITY) + arc.cost;
      if (cost >= (reached.get(arc.to)?.cost ?? Number.POSITIVE_INFINITY)) continue;
      reached.set(arc.to, { cost, last: arc });
      changed = true;
    }
  }
  if (!reached.has("sink")) return undefined;
  const path: FlowArc[] = [];
  for (let at = reached.get("sink")?.last; at !== undefined; at = reached.get(at.from)?.last) {
    path.push(at);
  }
  return path;
}
