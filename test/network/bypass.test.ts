import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkChannel, linkLabels } from "../../src/ledger/channel.ts";
import { type Claim, Ledger } from "../../src/ledger.ts";
import { type Attachment, attachmentKey } from "../../src/model/attachment.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import type { LinkId } from "../../src/model/ids.ts";
import type { Delivery } from "../../src/model/network.ts";
import type { ForwardingRule } from "../../src/model/segment.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { type Decision, decideModify, decideSetup, type View } from "../../src/network/decide.ts";
import { type Segments, segmentsOf } from "../../src/network/forwarding.ts";
import { type Realisation, wholeOf } from "../../src/network/realisation.ts";
import { decideRestorationOf } from "../../src/network/restoration.ts";
import type { EndpointSpec, NetworkSpec } from "../../src/network/spec.ts";
import { stages } from "../../src/network/transition.ts";
import { topologyResources } from "../../src/pce/index.ts";
import type { Topology } from "../../src/topology.ts";
import { meshTopology, singleFailures, sunny, type Weather, without } from "./mesh.ts";
import { type Draw, drawFrom, macOf, owner } from "./random-tree.ts";

const holder = "project p";
const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const deliveries = fc.constantFrom<Delivery>("flood", "static", "learn");

type Tables = ReadonlyMap<string, ReadonlyMap<string, ForwardingRule>>;

function tablesOf(segments: Segments): Tables {
  return new Map(
    [...segments.values()].flatMap(({ nodes }) =>
      nodes.map(({ node, rules }) => {
        const byIngress = new Map(rules.map((rule) => [attachmentKey(rule.ingress), rule]));
        expect(byIngress.size).toBe(rules.length);
        return [node as string, byIngress] as const;
      }),
    ),
  );
}

/** The attachment behind which a node knows the receiver, if it does. */
type Lookup = (rule: ForwardingRule) => Attachment | undefined;

const knowsNothing: Lookup = () => undefined;

/** Where copies leave a node, on the tree: by the one way that is known, otherwise by all. */
function targets(rule: ForwardingRule, lookup: Lookup): readonly Attachment[] {
  const known = rule.egress.length > 1 && rule.unicast ? lookup(rule) : undefined;
  const key = known && attachmentKey(known);
  const way = rule.unicast?.ways.find(({ to, also = [] }) =>
    [to, ...also].some((at) => attachmentKey(at) === key),
  );
  if (way === undefined) return rule.egress;
  const only = rule.egress.filter((to) => attachmentKey(to) === attachmentKey(way.to));
  const isOwn = [way.to, ...(way.also ?? [])].some(
    (at) => attachmentKey(at) === attachmentKey(rule.ingress),
  );
  return only.length > 0 || isOwn ? only : rule.egress;
}

/** The ways out that a node takes, as far as it sees its ports. */
function exits(rule: ForwardingRule, lookup: Lookup, weather: Weather): readonly Attachment[] {
  return targets(rule, lookup).flatMap((to): readonly Attachment[] => {
    const detour = rule.failover?.find((one) => attachmentKey(one.to) === attachmentKey(to));
    if (detour === undefined || weather.isSeenUp(to.port)) return [to];
    return weather.isSeenUp(detour.instead.port) ? [detour.instead] : [];
  });
}

/** What became of a frame and its copies. */
interface Journey {
  /** Where copies came out of the fabric, in order. */
  readonly arrivals: readonly string[];
  /** Every pass of a link, as its direction and its label. */
  readonly passed: readonly { readonly channel: string; readonly label: string }[];
  /** Where each node saw the frame come in. */
  readonly seen: ReadonlyMap<string, Attachment>;
}

interface Scene {
  readonly topology: Topology;
  readonly tables: Tables;
  readonly weather: Weather;
}

/** Follows a frame with all its copies; throws when one comes to a place where it has been. */
function journey(
  { topology, tables, weather }: Scene,
  start: string,
  lookup: Lookup = knowsNothing,
): Journey {
  const arrivals: string[] = [];
  const passed: Journey["passed"][number][] = [];
  const been = new Set<string>();
  const seen = new Map<string, Attachment>();
  const open = [start];
  for (const at of open) {
    if (been.has(at)) throw new Error(`a frame passes ${at} twice`);
    been.add(at);
    const rule = tables.get(at.slice(0, at.indexOf(":")))?.get(at);
    if (rule === undefined) continue;
    seen.set(rule.ingress.node, rule.ingress);
    for (const way of exits(rule, lookup, weather)) {
      if (attachmentKey(way) === at) throw new Error(`a frame is sent back at ${at}`);
      const link = topology.linkAt(way.port);
      if (link === undefined) {
        arrivals.push(attachmentKey(way));
        continue;
      }
      const isForward = link.a === way.port;
      const channel = linkChannel(link.id, isForward ? "forward" : "backward");
      passed.push({ channel, label: `${way.tag} ${linkLabels(link.id)}` });
      if (weather.isUp(link.id)) open.push(`${isForward ? link.b : link.a}/${way.tag}`);
    }
  }
  return { arrivals: arrivals.sort(), passed, seen };
}

interface Standing {
  readonly topology: Topology;
  readonly view: View;
  readonly current: Realisation;
}

function endpointOf(draw: Draw, topology: Topology, hostPort: string): EndpointSpec {
  const macs = [macOf(topology, hostPort)];
  return { hostPort, macs, bandwidth: bandwidth((1 + draw(9)) * 100_000_000) };
}

/** A network of three to six hosts with bypasses; undefined where the fabric has none. */
function standing(draw: Draw, delivery: Delivery): Standing | undefined {
  const topology = meshTopology(draw);
  const hosts = shuffled(draw, [...topology.touchPoints.keys()]).slice(0, 3 + draw(4));
  const spec: NetworkSpec = {
    endpoints: hosts.sort().map((hostPort) => endpointOf(draw, topology, hostPort)),
    bandwidth: bandwidth(100_000_000),
    vlans: VlanSet.parse("100-104")._unsafeUnwrap(),
    sharing: "hose",
    delivery,
    protection: "disjoint",
    priority: 0,
  };
  const empty = Ledger.over(topologyResources(topology));
  const view: View = { topology, ledger: empty, linkState: { isUp: () => true } };
  const decided = decideSetup(view, holder, spec);
  if (decided.isErr()) return undefined;
  const { target, claim } = decided.value;
  expect(target.plan.links.length === 0 || target.bypasses !== undefined).toBe(true);
  const ledger = empty.reserve(claim)._unsafeUnwrap();
  return { topology, view: { ...view, ledger }, current: target };
}

function shuffled<T>(draw: Draw, list: readonly T[]): readonly T[] & T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(draw(left.length), 1));
}

function placesOf({ plan }: Realisation): readonly string[] {
  return plan.endpoints.map(({ attachment }) => attachmentKey(attachment)).sort();
}

/** Whether what is sent takes no more of any link, and no other label, than the claim has. */
function expectClaimed(claim: Claim, sent: readonly { rate: number; went: Journey }[]): void {
  const held = new Map<string, number>();
  for (const { channel, amount } of claim.bandwidth) {
    held.set(channel, (held.get(channel) ?? 0) + amount);
  }
  const labels = new Set(claim.labels.map(({ space, label }) => `${label} ${space}`));
  const loads = new Map<string, number>();
  for (const { rate, went } of sent) {
    for (const { channel, label } of went.passed) {
      loads.set(channel, (loads.get(channel) ?? 0) + rate);
      if (!labels.has(label)) throw new Error(`${label} is not held`);
    }
  }
  for (const [channel, load] of loads) {
    const has = held.get(channel) ?? 0;
    if (load > has) throw new Error(`${channel} carries ${load}, ${has} are held`);
  }
}

/** Sends from every endpoint to all others: to groups, and to each one where nodes know it. */
function talk(
  draw: Draw,
  scene: Scene,
  of: Realisation,
  known: readonly Tables[],
): {
  readonly flooded: readonly {
    readonly from: string;
    readonly rate: number;
    readonly went: Journey;
  }[];
  readonly addressed: readonly {
    readonly from: string;
    readonly to: string;
    readonly rate: number;
    readonly went: Journey;
  }[];
} {
  const ends = of.plan.endpoints.map(({ attachment, bandwidth: rate, hostPort }) => ({
    place: attachmentKey(attachment),
    rate,
    hostPort,
  }));
  const flooded = ends.map(({ place, rate }) => ({
    from: place,
    rate,
    went: journey(scene, place),
  }));
  const macs = new Map(of.spec.endpoints.map(({ hostPort, macs: own }) => [hostPort, own ?? []]));
  const addressed = ends.flatMap((from) =>
    ends.flatMap((to) => {
      if (to === from) return [];
      const sightings = known.map((tables) => journey({ ...scene, tables }, to.place).seen);
      const memory = new Map<string, Attachment | undefined>();
      const lookup: Lookup = ({ ingress: { node }, unicast }) => {
        if (unicast?.learn === undefined) {
          const own = macs.get(to.hostPort) ?? [];
          return unicast?.ways.find(({ addresses }) => addresses.some((mac) => own.includes(mac)))
            ?.to;
        }
        if (!memory.has(node)) {
          memory.set(node, sightings[draw(sightings.length + 1)]?.get(node));
        }
        return memory.get(node);
      };
      return [
        {
          from: from.place,
          to: to.place,
          rate: Math.min(from.rate, to.rate),
          went: journey(scene, from.place, lookup),
        },
      ];
    }),
  );
  return { flooded, addressed };
}

/** No two copies anywhere, none to anybody else, and none to who sent it. */
function expectOrderly(went: Journey, from: string, places: readonly string[]): void {
  expect(new Set(went.arrivals).size).toBe(went.arrivals.length);
  expect(places).toEqual(expect.arrayContaining([...went.arrivals]));
  expect(went.arrivals).not.toContain(from);
}

function nodesOfEnds({ plan }: Realisation): ReadonlySet<string> {
  return new Set(plan.endpoints.map(({ attachment }) => attachment.node));
}

/** Whether the switches must outlive these dead links: it is a link or a risk group, or a node between. */
function isCovered({ topology, current }: Standing, dead: ReadonlySet<string>): boolean {
  const hit = current.plan.links.filter(({ link }) => dead.has(link));
  if (hit.length === 0) return true;
  const ways = current.bypasses?.ways ?? [];
  return hit.every(({ link: id }) => {
    const link = topology.links.get(id);
    return [link?.nodeA, link?.nodeB].every((node) => {
      const isGone = [...topology.links.values()]
        .filter(({ nodeA, nodeB }) => nodeA === node || nodeB === node)
        .every((one) => dead.has(one.id));
      if (isGone) return true;
      const way = ways.find(({ ends }) => ends.some((end) => end.node === node && end.link === id));
      return way?.links.every((one) => !dead.has(one.link)) ?? false;
    });
  });
}

describe("a tree with bypasses", () => {
  test("outlives every single failure of a link or a risk group, and of nodes that only join two links, within what it has reserved", () => {
    let networks = 0;
    let nodes = 0;
    fc.assert(
      fc.property(seeds, deliveries, (seed, delivery) => {
        const draw = drawFrom(seed);
        const found = standing(draw, delivery);
        if (found === undefined || found.current.plan.links.length === 0) return;
        networks += 1;
        const { topology, current, view } = found;
        const claim = view.ledger.claimOf(holder);
        if (claim === undefined) throw new Error("it holds something");
        const tables = tablesOf(segmentsOf(topology, owner, current));
        const places = placesOf(current);
        const occupied = nodesOfEnds(current);
        const failures = [new Set<string>(), ...singleFailures(topology, occupied)];
        const linksAndDucts = failures.length - (topology.nodes.size - occupied.size);
        let covered = 0;
        for (const failure of failures) {
          const scene = { topology, tables, weather: without(topology, failure) };
          const { flooded, addressed } = talk(draw, scene, current, [tables]);
          const isOutlived = isCovered(found, failure);
          covered += isOutlived ? 1 : 0;
          for (const { from, went } of flooded) {
            expectOrderly(went, from, places);
            if (isOutlived) expect(went.arrivals).toEqual(places.filter((at) => at !== from));
          }
          for (const { from, to, went } of addressed) {
            expectOrderly(went, from, places);
            if (isOutlived) expect(went.arrivals).toContain(to);
          }
          if (delivery === "flood") expectClaimed(claim, flooded);
          // What a receiver cannot take is dropped on the way.
          const turned = addressed.filter(
            ({ from, to }) => places[(places.indexOf(from) + 1) % places.length] === to,
          );
          if (delivery === "static") expectClaimed(claim, turned);
        }
        expect(covered).toBeGreaterThanOrEqual(linksAndDucts);
        nodes += covered - linksAndDucts;
      }),
      { numRuns: 80 },
    );
    expect(networks).toBeGreaterThan(10);
    expect(nodes).toBeGreaterThan(0);
  });

  test("lets no frame go in circles, come twice, come back or leave elsewhere, whatever nodes think of their ports", () => {
    fc.assert(
      fc.property(seeds, deliveries, (seed, delivery) => {
        const draw = drawFrom(seed);
        const found = standing(draw, delivery);
        if (found === undefined) return;
        const { topology, current } = found;
        const tables = tablesOf(segmentsOf(topology, owner, current));
        for (let i = 0; i < 15; i++) {
          const dark = new Set<string>([...topology.ports.keys()].filter(() => draw(3) === 0));
          const weather = { isUp: () => true, isSeenUp: (port: string) => !dark.has(port) };
          const { flooded, addressed } = talk(draw, { topology, tables, weather }, current, [
            tables,
          ]);
          for (const { from, went } of [...flooded, ...addressed]) {
            expectOrderly(went, from, placesOf(current));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test("shares what bypasses reserve between failures that cannot happen together", () => {
    let shared = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const found = standing(drawFrom(seed), "flood");
        const bypasses = found?.current.bypasses;
        if (found === undefined || bypasses === undefined) return;
        const sum = (links: readonly { forward: number; backward: number }[]): number =>
          links.reduce((total, { forward, backward }) => total + forward + backward, 0);
        const alone = bypasses.ways.flatMap(({ links, ends }) =>
          links.flatMap(() => found.current.plan.links.filter(({ link }) => link === ends[0].link)),
        );
        if (sum(bypasses.links) < sum(alone)) shared += 1;
      }),
      { numRuns: 100 },
    );
    expect(shared).toBeGreaterThan(3);
  });

  test("is changed and made whole again with no frame lost, whichever nodes have changed and which not", () => {
    const changes = { modified: 0, repaired: 0 };
    fc.assert(
      fc.property(seeds, deliveries, (seed, delivery) => {
        const draw = drawFrom(seed);
        const found = standing(draw, delivery);
        if (found === undefined || found.current.plan.links.length === 0) return;
        const { topology, current, view } = found;
        const failures = singleFailures(topology, nodesOfEnds(current)).filter((dead) =>
          isCovered(found, dead),
        );
        const failure = draw(2) === 0 ? undefined : failures[draw(failures.length)];
        const decided = failure === undefined ? modified(draw, found) : repaired(found, failure);
        if (decided === undefined) return;
        changes[failure === undefined ? "modified" : "repaired"] += 1;
        const weather = failure === undefined ? sunny : without(topology, failure);
        checkChange(draw, found, decided, weather);
        expect(view.ledger.replace(decided.claim).isOk()).toBe(true);
        expect(wholeOf(decided.target).links.length).toBeGreaterThan(0);
      }),
      { numRuns: 80 },
    );
    expect(changes.modified).toBeGreaterThan(3);
    expect(changes.repaired).toBeGreaterThan(3);
  });
});

function modified(draw: Draw, { topology, view, current }: Standing): Decision | undefined {
  const own = current.spec.endpoints.map(({ hostPort }) => hostPort);
  const others = [...topology.touchPoints.keys()].filter((host) => !own.includes(host));
  const newcomer = others[draw(others.length)];
  const leaver = own[draw(own.length)] ?? "";
  const nothing = { add: [], remove: [] };
  const change = [
    { ...nothing, bandwidth: bandwidth((1 + draw(90)) * 10_000_000) },
    { ...nothing, vlans: VlanSet.of(100 + draw(5)) },
    { ...nothing, remove: own.length > 3 ? [leaver] : [] },
    { ...nothing, add: newcomer === undefined ? [] : [endpointOf(draw, topology, newcomer)] },
  ][draw(4)];
  return change && decideModify(view, holder, current, change).unwrapOr(undefined);
}

function repaired({ view, current }: Standing, failure: ReadonlySet<string>): Decision | undefined {
  const linkState = { isUp: (link: LinkId) => !failure.has(link) };
  return decideRestorationOf({ ...view, linkState }, { holder, current }).unwrapOr(undefined);
}

function checkChange(
  draw: Draw,
  { topology, current }: Standing,
  { target, mode, claim }: Decision,
  weather: Weather,
): void {
  const start = tablesOf(segmentsOf(topology, owner, current));
  const end = segmentsOf(topology, owner, target);
  const way = stages(segmentsOf(topology, owner, current), end, mode);
  const all = [...new Set([...placesOf(current), ...placesOf(target)])];
  const staying = placesOf(current).filter((place) => placesOf(target).includes(place));
  let last = start;
  for (const state of way.map((stage) => tablesOf(stage.state))) {
    for (let i = 0; i < 6; i++) {
      const nodes = [...new Set([...last.keys(), ...state.keys()])];
      const tables = new Map(
        nodes.flatMap((node) => {
          const table = (draw(2) === 0 ? last : state).get(node);
          return table === undefined ? [] : [[node, table] as const];
        }),
      );
      for (const of of [current, target]) {
        const scene = { topology, tables, weather };
        const { flooded, addressed } = talk(draw, scene, of, [start, tablesOf(end)]);
        for (const { from, went } of flooded) {
          expectOrderly(went, from, all);
          const mustHear = staying.includes(from) ? staying.filter((at) => at !== from) : [];
          expect(went.arrivals).toEqual(expect.arrayContaining([...mustHear]));
        }
        for (const { from, to, went } of addressed) {
          expectOrderly(went, from, all);
          if (staying.includes(from) && staying.includes(to)) expect(went.arrivals).toContain(to);
        }
        if (of.spec.delivery === "flood") expectClaimed(claim, flooded);
      }
    }
    last = state;
  }
}
