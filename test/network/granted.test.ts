import * as fc from "fast-check";
import { expect, test } from "vitest";
import { circuitsOf, MEGABIT } from "../../src/drivers/oscars/circuit.ts";
import { type Channel, linkChannel, linkOfChannel, portChannel } from "../../src/ledger/channel.ts";
import { Ledger } from "../../src/ledger.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { networkNumber, type PortRef, projectId } from "../../src/model/ids.ts";
import { always } from "../../src/model/interval.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { type Decision, decideModify, decideSetup, type View } from "../../src/network/decide.ts";
import { segmentsOf } from "../../src/network/forwarding.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import { resourcesInUnits } from "../../src/network/resources-in-units.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { allLinksUp, besideTree } from "../../src/pce/index.ts";
import { Topology } from "../../src/topology.ts";

const HOLDER = "project p";
const KBPS = 1_000;
const RATES = [400, 900, 1_000, 1_300, 2_100];

/** Of each node, whether it is one of somebody else's, which makes circuits, and whether it joins more than two ports. */
const node = fc.record({ isWan: fc.boolean(), branching: fc.boolean() });
const fabricOf = (nodes: Fabric["nodes"]) =>
  fc.record({
    nodes: fc.constant(nodes),
    /** A tree, by the fathers of all but the first, and a few links more. */
    fathers: fc.tuple(...nodes.slice(1).map((_, at) => fc.nat(at))),
    more: fc.array(fc.tuple(fc.nat(nodes.length - 1), fc.nat(nodes.length - 1)), { maxLength: 3 }),
    capacity: fc.constantFrom(3_000, 4_500, 6_000, 20_000),
    hosts: fc.uniqueArray(fc.nat(nodes.length - 1), { minLength: 2, maxLength: 5 }),
  });
const anyNodes = fc.array(node, { minLength: 2, maxLength: 7 });
const anyFabric = anyNodes.chain(fabricOf);
/** Every circuit joins two ports. */
const fabric = anyNodes
  .map((nodes) => nodes.map(({ isWan, branching }) => ({ isWan, branching: branching && !isWan })))
  .chain(fabricOf);
const asked = fc.record({
  rates: fc.array(fc.constantFrom(...RATES), { minLength: 5, maxLength: 5 }),
  delivery: fc.constantFrom("flood" as const, "learn" as const),
  sharing: fc.constantFrom("hose" as const, "shared" as const),
  protection: fc.constantFrom("none" as const, "restore" as const),
});

interface Fabric {
  readonly nodes: readonly { readonly isWan: boolean; readonly branching: boolean }[];
  readonly fathers: readonly number[];
  readonly more: readonly (readonly [number, number])[];
  /** kbit/s. */
  readonly capacity: number;
  readonly hosts: readonly number[];
}

type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never;

/** Every node of somebody else's is a domain of its own; each node has a host. */
function topologyOf({ nodes, fathers, more, capacity }: Fabric): Topology {
  const pairs = [
    ...fathers.map((father, at) => [father, at + 1] as const),
    ...more.filter(([a, b]) => a !== b),
  ];
  const parsed = Topology.parse({
    format: "dcns-topology/1",
    domains: ["own", ...nodes.map((_, at) => `d${at}`)].map((id) => ({ id, driver: "memory" })),
    nodes: nodes.map(({ isWan, branching }, at) => ({
      ...{ id: `n${at}`, domain: isWan ? `d${at}` : "own", branching },
      ports: [{ id: "host" }, ...pairs.map((_, link) => ({ id: `l${link}` }))],
    })),
    links: pairs.map(([a, b], link) => ({
      ...{ id: `l${link}`, a: `n${a}:l${link}`, b: `n${b}:l${link}` },
      capacity: capacity * KBPS,
    })),
    hosts: nodes.map((_, at) => ({ host: `h${at}`, nic: "eth0", port: `n${at}:host` })),
  });
  if (parsed.isErr()) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function specOf({ hosts }: Fabric, { rates, ...options }: Asked): NetworkSpec {
  return {
    endpoints: [...hosts].sort().map((host, at) => ({
      hostPort: `h${host}:eth0`,
      ...(at % 2 === 0 && { bandwidth: bandwidth((rates[at] ?? 1_000) * KBPS) }),
    })),
    bandwidth: bandwidth((rates[1] ?? 1_000) * KBPS),
    ...{ vlans: VlanSet.of(101), priority: 0, ...options },
  };
}

const isWan = (domain: string): boolean => domain.startsWith("d");

function viewOf(topology: Topology): View {
  const resources = resourcesInUnits(topology, (domain) => (isWan(domain) ? MEGABIT : undefined));
  return { topology, ledger: Ledger.over(resources), linkState: allLinksUp };
}

/** By channel, what the domains are asked for, and so grant, where circuits end: both ways. */
function grantedTo(topology: Topology, realisation: Realisation): ReadonlyMap<Channel, number> {
  const owner = { project: projectId("p"), number: networkNumber(7) };
  const most = new Map<Channel, number>();
  for (const [domain, segment] of segmentsOf(topology, owner, realisation)) {
    if (!isWan(domain)) continue;
    // Circuits that end at one port have tags of their own, and rates that add up.
    const rates = new Map<Channel, number>();
    for (const { ends, mbps } of circuitsOf(segment, () => undefined)._unsafeUnwrap()) {
      for (const channel of ends.flatMap(({ port }) => channelsAt(topology, port)))
        rates.set(channel, (rates.get(channel) ?? 0) + mbps * MEGABIT);
    }
    for (const [channel, rate] of rates) most.set(channel, Math.max(most.get(channel) ?? 0, rate));
  }
  return most;
}

function channelsAt(topology: Topology, port: PortRef): readonly Channel[] {
  const link = topology.linkAt(port)?.id;
  return link === undefined
    ? [portChannel(port, "in"), portChannel(port, "out")]
    : [linkChannel(link, "forward"), linkChannel(link, "backward")];
}

/** A network, decided where it can be had; what it claims is free. */
function decidedOn(world: Fabric, wanted: Asked) {
  const topology = topologyOf(world);
  const view = viewOf(topology);
  const spec = specOf(world, wanted);
  const decided = decideSetup(view, HOLDER, spec);
  fc.pre(decided.isOk());
  const decision = decided._unsafeUnwrap();
  const ledger = view.ledger.reserve(decision.claim)._unsafeUnwrap();
  return { topology, spec, decision, view: { ...view, ledger } };
}

function heldFor(view: View, { claim }: Decision): ReadonlyMap<Channel, number> {
  const granted = view.ledger.granted(claim).bandwidth;
  return new Map(granted.map(({ channel, amount }) => [channel, amount]));
}

test("of the links to a domain that makes circuits, and of its ports, just what it grants is held", () => {
  fc.assert(
    fc.property(fabric, asked, (world, wanted) => {
      const { topology, decision, view } = decidedOn(world, wanted);
      const held = heldFor(view, decision);
      for (const [channel, rate] of grantedTo(topology, decision.target))
        expect([channel, held.get(channel)]).toEqual([channel, rate]);
      // And so it is while another tree is looked for beside this one.
      const { plan } = decision.target;
      const beside = besideTree(view.ledger, { holder: HOLDER, interval: always }, plan);
      const links = [...held].filter(([channel]) => linkOfChannel(channel) !== undefined);
      for (const [channel, rate] of links)
        expect(beside.ledger.holders(channel, always)).toMatchObject([{ bandwidth: rate }]);
    }),
    { numRuns: 300 },
  );
});

test("where a circuit joins more than two ports, no less is granted at each than is held", () => {
  fc.assert(
    fc.property(anyFabric, asked, (world, wanted) => {
      const { topology, decision, view } = decidedOn(world, wanted);
      const held = heldFor(view, decision);
      for (const [channel, rate] of grantedTo(topology, decision.target))
        expect(held.get(channel)).toBeLessThanOrEqual(rate);
    }),
    { numRuns: 300 },
  );
});

test("while a network changes, at least what is granted before and after is held", () => {
  const change = fc.record({
    rate: fc.option(fc.constantFrom(...RATES)),
    add: fc.uniqueArray(fc.nat(6), { maxLength: 2 }),
    remove: fc.array(fc.nat(4), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(fabric, asked, change, (world, wanted, { rate, add, remove }) => {
      const { topology, spec, decision, view } = decidedOn(world, wanted);
      const had = spec.endpoints.map(({ hostPort }) => hostPort);
      const changed = decideModify(view, HOLDER, decision.target, {
        add: add
          .filter((host) => host < world.nodes.length)
          .map((host) => ({ hostPort: `h${host}:eth0` }))
          .filter(({ hostPort }) => !had.includes(hostPort)),
        remove: had.filter((_, at) => remove.includes(at)),
        ...(rate === null ? {} : { bandwidth: bandwidth(rate * KBPS) }),
      });
      fc.pre(changed.isOk());
      const next = changed._unsafeUnwrap();
      const held = heldFor(view, next);
      for (const { target } of [decision, next])
        for (const [channel, rate] of grantedTo(topology, target))
          expect(held.get(channel)).toBeGreaterThanOrEqual(rate);
    }),
    { numRuns: 300 },
  );
});
