import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkChannel, linkLabels } from "../../src/ledger/channel.ts";
import { type Claim, Ledger } from "../../src/ledger.ts";
import { attachmentKey } from "../../src/model/attachment.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import type { LinkId } from "../../src/model/ids.ts";
import type { ForwardingRule } from "../../src/model/segment.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { type Decision, decideModify, decideSetup, type View } from "../../src/network/decide.ts";
import { type Segments, segmentsOf } from "../../src/network/forwarding.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import { decideRestorationOf } from "../../src/network/restoration.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { stages } from "../../src/network/transition.ts";
import { topologyResources } from "../../src/pce/index.ts";
import type { Topology } from "../../src/topology.ts";
import { meshTopology, singleFailures, sunny, type Weather, without } from "./mesh.ts";
import { type Draw, drawFrom, owner } from "./random-tree.ts";

const holder = "project p";
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** What every node does, by node and ingress. */
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

/** A frame's way: where it came out, if it did, and the link directions and labels that it took. */
interface Journey {
  readonly arrival: string | undefined;
  readonly passed: readonly {
    readonly link: LinkId;
    readonly channel: string;
    readonly label: string;
  }[];
}

/** Sends a frame through the tables as switches would; throws when it goes in circles. */
function journey(topology: Topology, tables: Tables, start: string, weather: Weather): Journey {
  const passed: Journey["passed"][number][] = [];
  const seen = new Set<string>();
  for (let at = start; ; ) {
    if (seen.has(at)) throw new Error(`a frame passes ${at} twice`);
    seen.add(at);
    const rule = tables.get(at.slice(0, at.indexOf(":")))?.get(at);
    const [first, second] = rule?.egress ?? [];
    expect(second).toBeUndefined();
    const ways = [first, rule?.failover?.[0]?.instead].filter((each) => each !== undefined);
    const way =
      rule?.failover === undefined ? first : ways.find(({ port }) => weather.isSeenUp(port));
    if (way === undefined) return { arrival: undefined, passed };
    expect(attachmentKey(way)).not.toBe(at);
    const link = topology.linkAt(way.port);
    if (link === undefined) return { arrival: attachmentKey(way), passed };
    if (!weather.isUp(link.id)) return { arrival: undefined, passed };
    const isForward = link.a === way.port;
    const channel = linkChannel(link.id, isForward ? "forward" : "backward");
    passed.push({ link: link.id, channel, label: `${way.tag} ${linkLabels(link.id)}` });
    at = `${isForward ? link.b : link.a}/${way.tag}`;
  }
}

function placesOf({ plan }: Realisation): readonly [string, string] {
  const [one = "", other = ""] = plan.endpoints.map(({ attachment }) => attachmentKey(attachment));
  return [one, other];
}

function nodesOfEnds({ plan }: Realisation): ReadonlySet<string> {
  return new Set(plan.endpoints.map(({ attachment }) => attachment.node));
}

interface Standing {
  readonly topology: Topology;
  readonly view: View;
  readonly current: Realisation;
}

/** A network between two hosts that has a second path; undefined where the fabric has none. */
function standing(draw: Draw): Standing | undefined {
  const topology = meshTopology(draw);
  const hosts = [...topology.touchPoints.keys()];
  const one = hosts[draw(hosts.length)] ?? "";
  const other = hosts.filter((host) => host !== one)[draw(hosts.length - 1)] ?? "";
  const spec: NetworkSpec = {
    endpoints: [one, other].sort().map((hostPort) => {
      return { hostPort, bandwidth: bandwidth((1 + draw(30)) * 100_000_000) };
    }),
    bandwidth: bandwidth(100_000_000),
    vlans: VlanSet.parse("100-104")._unsafeUnwrap(),
    sharing: "hose",
    delivery: "flood",
    protection: "disjoint",
    priority: 0,
  };
  const empty = Ledger.over(topologyResources(topology));
  const view: View = { topology, ledger: empty, linkState: { isUp: () => true } };
  const decided = decideSetup(view, holder, spec);
  if (decided.isErr()) return undefined;
  const { target, claim } = decided.value;
  return {
    topology,
    view: { ...view, ledger: empty.reserve(claim)._unsafeUnwrap() },
    current: target,
  };
}

/** Whether what these frames take at once is all in the claim. */
function expectClaimed(claim: Claim, journeys: readonly { rate: number; went: Journey }[]): void {
  const held = new Map<string, number>();
  for (const { channel, amount } of claim.bandwidth) {
    held.set(channel, (held.get(channel) ?? 0) + amount);
  }
  const labels = new Set(claim.labels.map(({ space, label }) => `${label} ${space}`));
  const loads = new Map<string, number>();
  for (const { rate, went } of journeys) {
    for (const { channel, label } of went.passed) {
      loads.set(channel, (loads.get(channel) ?? 0) + rate);
      expect(labels).toContain(label);
    }
  }
  for (const [channel, load] of loads) expect(load).toBeLessThanOrEqual(held.get(channel) ?? 0);
}

function journeysOf(topology: Topology, tables: Tables, of: Realisation, weather: Weather) {
  return of.plan.endpoints.map(({ attachment, bandwidth: rate }) => ({
    rate,
    went: journey(topology, tables, attachmentKey(attachment), weather),
  }));
}

describe("a network with a second path", () => {
  test("outlives every single failure of a link, a node or a risk group, within what it has reserved", () => {
    let networks = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const found = standing(drawFrom(seed));
        if (found === undefined) return;
        networks += 1;
        const { topology, current, view } = found;
        const claim = view.ledger.claimOf(holder);
        if (claim === undefined) throw new Error("it holds something");
        const tables = tablesOf(segmentsOf(topology, owner, current));
        const [one, other] = placesOf(current);
        const dead = [new Set<string>(), ...singleFailures(topology, nodesOfEnds(current))];
        for (const failure of dead) {
          const went = journeysOf(topology, tables, current, without(topology, failure));
          expect(went.map(({ went: { arrival } }) => arrival)).toEqual([other, one]);
          expectClaimed(claim, went);
        }
      }),
      { numRuns: 150 },
    );
    expect(networks).toBeGreaterThan(25);
  });

  test("lets no frame go in circles, come twice, or leave elsewhere, whatever nodes think of their ports", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const found = standing(draw);
        if (found === undefined) return;
        const { topology, current } = found;
        const tables = tablesOf(segmentsOf(topology, owner, current));
        const [one, other] = placesOf(current);
        for (let i = 0; i < 30; i++) {
          const dark = new Set<string>([...topology.ports.keys()].filter(() => draw(3) === 0));
          const weather: Weather = { isUp: () => true, isSeenUp: (port) => !dark.has(port) };
          for (const [from, to] of [
            [one, other],
            [other, one],
          ] as const) {
            const { arrival } = journey(topology, tables, from, weather);
            if (arrival !== undefined) expect(arrival).toBe(to);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("is changed and made whole again with no frame lost, whichever nodes have changed and which not", () => {
    let changes = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const draw = drawFrom(seed);
        const found = standing(draw);
        if (found === undefined) return;
        const { topology, current, view } = found;
        const failures = singleFailures(topology, nodesOfEnds(current));
        const failure = draw(3) === 0 ? undefined : failures[draw(failures.length)];
        const decided = failure === undefined ? faster(draw, found) : repaired(found, failure);
        if (decided === undefined) return;
        changes += 1;
        const weather = failure === undefined ? sunny : without(topology, failure);
        checkChange(draw, { topology, current, decision: decided, weather });
        expect(view.ledger.replace(decided.claim).isOk()).toBe(true);
      }),
      { numRuns: 100, examples: [[791542502]] },
    );
    expect(changes).toBeGreaterThan(15);
  });
});

function faster(draw: Draw, { view, current }: Standing): Decision | undefined {
  const change = { add: [], remove: [], bandwidth: bandwidth((1 + draw(90)) * 100_000_000) };
  const retagged = { add: [], remove: [], vlans: VlanSet.of(100 + draw(5)) };
  return decideModify(view, holder, current, draw(2) === 0 ? change : retagged).unwrapOr(undefined);
}

function repaired({ view, current }: Standing, failure: ReadonlySet<string>): Decision | undefined {
  const linkState = { isUp: (link: LinkId) => !failure.has(link) };
  return decideRestorationOf({ ...view, linkState }, { holder, current }).unwrapOr(undefined);
}

function checkChange(
  draw: Draw,
  {
    topology,
    current,
    decision,
    weather,
  }: {
    topology: Topology;
    current: Realisation;
    decision: Decision;
    weather: Weather;
  },
): void {
  const { target, mode, claim } = decision;
  const start = segmentsOf(topology, owner, current);
  const way = stages(start, segmentsOf(topology, owner, target), mode).map(({ state }) => state);
  const arrivals = [...placesOf(current), ...placesOf(target)];
  let last = tablesOf(start);
  for (const state of way) {
    const next = tablesOf(state);
    for (let i = 0; i < 10; i++) {
      const nodes = new Set([...last.keys(), ...next.keys()]);
      const mixed = new Map(
        [...nodes].flatMap((node) => {
          const table = (draw(2) === 0 ? last : next).get(node);
          return table === undefined ? [] : [[node, table] as const];
        }),
      );
      for (const realisation of [current, target]) {
        const went = journeysOf(topology, mixed, realisation, weather);
        for (const { went: each } of went) {
          if (each.arrival !== undefined) expect(arrivals).toContain(each.arrival);
        }
        const isRetagged = placesOf(current).join() !== placesOf(target).join();
        if (!isRetagged) expect(went.every(({ went: { arrival } }) => arrival)).toBe(true);
        expectClaimed(claim, went);
      }
    }
    last = next;
  }
  const ended = journeysOf(topology, last, target, weather);
  const [one, other] = placesOf(target);
  expect(ended.map(({ went: { arrival } }) => arrival)).toEqual([other, one]);
}
