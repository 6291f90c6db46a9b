import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MeterSteps, meterFor } from "../../src/drivers/openflow/compile/meter.ts";
import { linkChannel, portChannel } from "../../src/ledger/channel.ts";
import { Ledger } from "../../src/ledger.ts";
import { type Attachment, attachmentKey } from "../../src/model/attachment.ts";
import { type Bandwidth, bandwidth } from "../../src/model/bandwidth.ts";
import { always } from "../../src/model/interval.ts";
import type { ForwardingRule, NodeForwarding, Policer } from "../../src/model/segment.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { type Decision, decideModify, decideSetup, type View } from "../../src/network/decide.ts";
import { type Segments, segmentsOf } from "../../src/network/forwarding.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import type { EndpointSpec, NetworkSpec } from "../../src/network/spec.ts";
import { stages } from "../../src/network/transition.ts";
import { allLinksUp, topologyResources } from "../../src/pce/index.ts";
import type { Topology } from "../../src/topology.ts";
import { checkWay } from "./frame-walk.ts";
import { type Draw, drawFrom, macOf, owner, randomHosts, randomTopology } from "./random-tree.ts";

const holder = "project p";

/** What the nodes do, each by itself. */
type Tables = ReadonlyMap<string, NodeForwarding>;

function tablesOf(segments: Segments, held: Held): Tables {
  return new Map(
    [...segments.values()].flatMap(({ nodes }) =>
      nodes.map(({ node, rules }) => [node, { node, rules: rules.map(heldRule(node, held)) }]),
    ),
  );
}

/** What a node holds to a rate. */
type Held = (node: string, rate: Bandwidth) => Bandwidth;

const asTold: Held = (_node, rate) => rate;

/** Every node has meters in the steps of one of these, in turn. */
function inMeters(topology: Topology, meters: readonly MeterSteps[]): Held {
  const kinds = new Map(
    [...topology.nodes.keys()].map((node, index) => [`${node}`, meters[index % meters.length]]),
  );
  return (node, rate) => {
    const [band] = meterFor(rate, 0, kinds.get(node)).bands;
    if (band?.type !== "drop") throw new Error("a meter drops");
    return bandwidth(band.rate * 1000);
  };
}

function heldRule(node: string, held: Held): (rule: ForwardingRule) => ForwardingRule {
  const holding = ({ key, rate }: Policer): Policer => ({ key, rate: held(node, rate) });
  return ({ police, thenPolice, unicast, ...rule }) => ({
    ...rule,
    ...(police === undefined ? {} : { police: holding(police) }),
    ...(thenPolice === undefined ? {} : { thenPolice: holding(thenPolice) }),
    ...(unicast === undefined
      ? {}
      : {
          unicast: {
            ...unicast,
            flood: holding(unicast.flood),
            ways: unicast.ways.map((way) => ({ ...way, police: holding(way.police) })),
          },
        }),
  });
}

/** Some nodes in one of the states, some in another: a node out of reach stays as it was. */
function mixture(draw: Draw, states: readonly Tables[]): Tables {
  const nodes = new Set(states.flatMap((state) => [...state.keys()]));
  return new Map(
    [...nodes].flatMap((node) => {
      const forwarding = states[draw(states.length)]?.get(node);
      return forwarding === undefined ? [] : [[node, forwarding] as const];
    }),
  );
}

/** The most that enters by a rule, when every host sends as much as it will. */
type Arriving = (rule: ForwardingRule) => number;

/** The sum of what some rules let pass, where those with one policer share its rate. */
function sumUnder(
  rules: readonly ForwardingRule[],
  policerOf: (rule: ForwardingRule) => Policer | undefined,
  arriving: Arriving,
): number {
  const sums = new Map<string, { rate: number; sum: number }>();
  for (const [index, rule] of rules.entries()) {
    const { key, rate } = policerOf(rule) ?? { key: `rule ${index}`, rate: Infinity };
    const { rate: before = 0, sum = 0 } = sums.get(key) ?? {};
    sums.set(key, { rate: Math.max(rate, before), sum: sum + arriving(rule) });
  }
  return [...sums.values()].reduce((total, { rate, sum }) => total + Math.min(rate, sum), 0);
}

/**
 * The most that leaves by `egress`, bit/s, when every host sends as much as it will, to whomever it
 * likes, and every node knows as many addresses, or as few, as makes that worst.
 */
function mostLeaving(topology: Topology, tables: Tables, egress: Attachment): number {
  const onTheWay = new Set<string>();
  const arriving: Arriving = ({ ingress, role }) => {
    if (role === "edge") return Number.POSITIVE_INFINITY;
    const link = topology.linkAt(ingress.port);
    if (link === undefined) throw new Error(`${ingress.port} is on no link`);
    const isA = link.a === ingress.port;
    const node = isA ? link.nodeB : link.nodeA;
    return leaving({ node, port: isA ? link.b : link.a, tag: ingress.tag });
  };
  const limited: Arriving = (rule) =>
    Math.min(arriving(rule), rule.police?.rate ?? Infinity, rule.thenPolice?.rate ?? Infinity);
  const leaving = (at: Attachment): number => {
    const key = attachmentKey(at);
    if (onTheWay.has(key)) throw new Error(`a frame passes ${key} twice`);
    onTheWay.add(key);
    const rules = (tables.get(at.node)?.rules ?? []).filter(({ egress: all }) =>
      all.some((one) => attachmentKey(one) === key),
    );
    const isChoice = ({ unicast, egress: all }: ForwardingRule): boolean =>
      unicast !== undefined && all.length > 1;
    const wayOf = ({ unicast }: ForwardingRule): Policer | undefined =>
      unicast?.ways.find(({ to }) => attachmentKey(to) === key)?.police;
    const choices = rules.filter(isChoice);
    const isChosen = new Set(choices);
    const flooded = sumUnder(choices, ({ unicast }) => unicast?.flood, limited);
    // What is known has one policer of its way, wherever it comes from.
    const others = sumUnder(
      rules,
      (rule) => (isChosen.has(rule) ? wayOf(rule) : rule.police),
      (rule) =>
        isChosen.has(rule)
          ? limited(rule)
          : Math.min(arriving(rule), rule.thenPolice?.rate ?? Infinity),
    );
    const inAll = sumUnder(rules, networkPolicerOf, limited);
    onTheWay.delete(key);
    return Math.min(flooded + others, inAll);
  };
  return leaving(egress);
}

/** The second of two policers, or the only one: rules that share it send no more than its rate. */
function networkPolicerOf({ police, thenPolice }: ForwardingRule): Policer | undefined {
  return thenPolice ?? police;
}

/** The most that each direction of each link may have to carry, and each port to deliver, bit/s. */
function loads(topology: Topology, tables: Tables): ReadonlyMap<string, number> {
  const total = new Map<string, number>();
  const egresses = new Map(
    [...tables.values()].flatMap(({ rules }) =>
      rules.flatMap(({ egress }) => egress.map((one) => [attachmentKey(one), one] as const)),
    ),
  );
  for (const egress of egresses.values()) {
    const link = topology.linkAt(egress.port);
    const channel =
      link === undefined
        ? portChannel(egress.port, "out")
        : linkChannel(link.id, link.a === egress.port ? "forward" : "backward");
    const load = mostLeaving(topology, tables, egress);
    total.set(channel, (total.get(channel) ?? 0) + load);
  }
  return total;
}

function someRate(draw: Draw): Bandwidth {
  const unit = [100_000_000, 32_000_000, 7_919_000][draw(3)] ?? 1;
  return bandwidth((1 + draw(40)) * unit);
}

/** Others have all that is left of some links of the tree, so that it may have to go elsewhere. */
function crowded(draw: Draw, ledger: Ledger, { plan }: Realisation): Ledger {
  return plan.links.reduce((on, { link }, index) => {
    const left = (["forward", "backward"] as const).map((direction) => {
      const channel = linkChannel(link, direction);
      return { channel, amount: bandwidth(Math.max(1, on.residual(channel, always))) };
    });
    const others = { holder: `other ${index}`, interval: always, bandwidth: left, labels: [] };
    return draw(2) === 0 ? on : on.reserve(others).unwrapOr(on);
  }, ledger);
}

/** A network that stands, and a decided change of it; undefined where that is refused. */
function someChange(
  draw: Draw,
  topology: Topology,
  { sharing, delivery }: Pick<NetworkSpec, "sharing" | "delivery">,
  meters: readonly MeterSteps[] = [],
): { readonly from: Realisation; readonly decision: Decision } | undefined {
  const view: View = {
    topology,
    ledger: Ledger.over(topologyResources(topology)),
    linkState: allLinksUp,
    rateSteps: () =>
      meters.map(({ rateKbps, rateBits }) => {
        const step = bandwidth(1000 * rateKbps);
        return rateBits === undefined ? { step } : { step, bits: rateBits };
      }),
  };
  const hosts = randomHosts(draw, topology, 3);
  const members = hosts.slice(0, 2 + draw(hosts.length - 1));
  const endpoint = (hostPort: string, isLikeAll: boolean): EndpointSpec => ({
    hostPort,
    macs: [macOf(topology, hostPort)],
    ...(isLikeAll ? {} : { bandwidth: someRate(draw) }),
  });
  const spec: NetworkSpec = {
    endpoints: [...members]
      .sort()
      .map((hostPort) => endpoint(hostPort, draw(4) === 0 && sharing === "shared")),
    bandwidth: someRate(draw),
    vlans: VlanSet.parse("100-120")._unsafeUnwrap(),
    sharing,
    delivery,
    ...(draw(2) === 0 ? {} : { floodAllowance: bandwidth((1 + draw(10)) * 10_000_000) }),
    protection: meters.length > 0 && draw(4) === 0 ? "disjoint" : "none",
    priority: 0,
  };
  const setup = decideSetup(view, holder, spec);
  if (setup.isErr()) return undefined;
  const from = setup.value.target;
  const ledger = view.ledger.reserve(setup.value.claim)._unsafeUnwrap();
  const remove = members.slice(0, draw(members.length));
  const add = hosts
    .filter((one) => draw(2) === 0 && !remove.includes(one))
    .map((hostPort) => endpoint(hostPort, sharing === "shared"));
  const change = { add, remove, bandwidth: someRate(draw) };
  const isCrowded = meters.length > 0 && draw(2) === 0;
  const beside = isCrowded ? crowded(draw, ledger, from) : ledger;
  const decision = decideModify({ ...view, ledger: beside }, holder, from, change);
  return decision.isErr() ? undefined : { from, decision: decision.value };
}

describe("decideModify", () => {
  test.each([
    ["hose", "flood"],
    ["hose", "static"],
    ["hose", "learn"],
    ["shared", "flood"],
    ["shared", "static"],
    ["shared", "learn"],
  ] as const)(
    "no frame of a %s network strays with %s, and its claim covers all, whichever nodes have changed",
    (sharing, delivery) => {
      let changes = 0;
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
          const draw = drawFrom(seed);
          const topology = randomTopology(draw, 3 + draw(4));
          const found = someChange(draw, topology, { sharing, delivery });
          if (found === undefined) return;
          changes++;
          const { from, decision } = found;
          const old = segmentsOf(topology, owner, from);
          const way = wayOf(topology, old, decision);
          checkWay(draw, topology, { from, to: decision.target }, way);
          checkClaim({ draw, topology, held: asTold }, decision, [old, ...way]);
        }),
        { numRuns: 120 },
      );
      expect(changes).toBeGreaterThan(30);
    },
  );

  test.each([
    ["hose", "flood"],
    ["hose", "static"],
    ["shared", "flood"],
    ["shared", "static"],
  ] as const)(
    "what meters let in that have rates in steps is held of a %s network with %s, too",
    (sharing, delivery) => {
      let changes = 0;
      let more = 0;
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
          const draw = drawFrom(seed);
          const topology = randomTopology(draw, 3 + draw(4));
          const meters = meterKinds.filter(() => draw(2) === 0);
          const found = someChange(draw, topology, { sharing, delivery }, meters);
          if (found === undefined || meters.length === 0) return;
          changes++;
          const { from, decision } = found;
          if (decision.claim.bandwidth.some(({ amount }) => amount % 10_000_000 > 0)) more++;
          const old = segmentsOf(topology, owner, from);
          const states = [old, ...wayOf(topology, old, decision)];
          checkClaim({ draw, topology, held: inMeters(topology, meters) }, decision, states);
        }),
        { numRuns: 120 },
      );
      expect(changes).toBeGreaterThan(20);
      expect(more).toBeGreaterThan(10);
    },
  );
});

/** Of equal steps, and of such that double: so many kbit/s, so many times. */
const meterKinds: readonly MeterSteps[] = [
  { rateKbps: 64_000, burstKbit: 1 },
  { rateKbps: 48_000, burstKbit: 1 },
  { rateKbps: 1_000, burstKbit: 1, rateBits: 6 },
  { rateKbps: 8, burstKbit: 1, rateBits: 10 },
  { rateKbps: 7_919, burstKbit: 1 },
];

function wayOf(topology: Topology, old: Segments, { target, mode }: Decision): readonly Segments[] {
  return stages(old, segmentsOf(topology, owner, target), mode).map(({ state }) => state);
}

/** Throws unless what is claimed covers what may be sent, whichever nodes are in which of the states. */
function checkClaim(
  {
    draw,
    topology,
    held,
  }: { readonly draw: Draw; readonly topology: Topology; readonly held: Held },
  { claim }: Decision,
  states: readonly Segments[],
): void {
  const claimed = new Map<string, number>();
  for (const { channel, amount } of claim.bandwidth) {
    claimed.set(channel, (claimed.get(channel) ?? 0) + amount);
  }
  const tables = states.map((state) => tablesOf(state, held));
  for (let i = 0; i < 20; i++) {
    for (const [channel, load] of loads(topology, mixture(draw, tables))) {
      const amount = claimed.get(channel) ?? 0;
      if (load > amount) throw new Error(`${channel} carries ${load}, ${amount} is held`);
    }
  }
}
