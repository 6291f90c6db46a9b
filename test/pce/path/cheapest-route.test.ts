import * as fc from "fast-check";
import { expect, test } from "vitest";
import { linkChannel, linkLabels } from "../../../src/ledger/channel.ts";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, nodeId, vlanId } from "../../../src/model/ids.ts";
import { always, type Interval } from "../../../src/model/interval.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { allLinksUp, cheapestRoute, topologyResources } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";

const NODES = ["a", "b", "c", "d", "e", "f"];

const wire = fc.record({
  a: fc.constantFrom(...NODES),
  b: fc.constantFrom(...NODES),
  metric: fc.nat(3),
});

/** Something becomes of the ledger or of the links, or both, and a path is asked for. */
const moment = fc.record({
  claim: fc.option(
    fc.record({
      holder: fc.constantFrom("x", "y", "z"),
      link: fc.nat(),
      amount: fc.integer({ min: 1, max: 8 }),
      label: fc.integer({ min: 5, max: 7 }),
    }),
  ),
  release: fc.option(fc.constantFrom("x", "y", "z")),
  down: fc.array(fc.nat(), { maxLength: 2 }),
  excluded: fc.array(fc.nat(), { maxLength: 1 }),
  amount: fc.integer({ min: 1, max: 6 }),
  cost: fc.constantFrom("metric" as const, "congestion" as const),
  interval: fc.constantFrom<Interval[]>(always, { start: 5, end: 9 }),
  hasLabel: fc.boolean(),
});

test("a graph that has seen other ledgers and link states has the paths of one that is compiled anew", () => {
  const worlds = fc.array(wire, { minLength: 4, maxLength: 14 });
  fc.assert(
    fc.property(worlds, fc.array(moment, { minLength: 1, maxLength: 8 }), (wires, moments) => {
      const links = wires.filter(({ a, b }) => a !== b);
      const topology = topologyOf(links);
      const idAt = (at: number) => linkId(`l${at % Math.max(1, links.length)}`);
      let ledger = Ledger.over(topologyResources(topology));
      for (const { claim, release, down, excluded, amount, ...rest } of moments) {
        if (release !== null) ledger = ledger.release(release);
        if (claim !== null && links.length > 0) {
          const id = idAt(claim.link);
          const taken = {
            holder: claim.holder,
            interval: always,
            bandwidth: [{ channel: linkChannel(id, "forward"), amount: bandwidth(claim.amount) }],
            labels: [{ space: linkLabels(id), label: vlanId(claim.label) }],
          };
          ledger = ledger.replace(taken).unwrapOr(ledger);
        }
        const downLinks = new Set(down.map(idAt));
        const state =
          down.length === 0 ? allLinksUp : { isUp: (id: string) => !downLinks.has(linkId(id)) };
        const request = {
          ...{ cost: rest.cost, interval: rest.interval, onward: amount, back: 1 },
          exclude: { links: new Set(excluded.map(idAt)) },
          ...(rest.hasLabel ? { vlans: VlanSet.range(5, 7) } : {}),
        };
        const anew = topologyOf(links);
        for (const [from, to] of [
          ["a", "b"],
          ["f", "a"],
          ["c", "d"],
        ] as const) {
          const asked = { ...request, from: nodeId(from), to: nodeId(to) };
          const known = cheapestRoute(topology, ledger, state, asked);
          expect(known).toEqual(cheapestRoute(anew, ledger, state, asked));
        }
      }
    }),
  );
});

test.each([
  [{ onward: Number.NaN }, "onward"],
  [{ onward: -1 }, "onward"],
  [{ back: Number.NaN }, "back"],
  [{ interval: { start: 5, end: 5 } }, "interval"],
])("a request with %j is none", (part, path) => {
  const topology = topologyOf([{ a: "a", b: "b", metric: 1 }]);
  const ledger = Ledger.over(topologyResources(topology));
  const ends = { from: nodeId("a"), to: nodeId("b") };
  const asked = { ...ends, onward: 1, back: 1, interval: always, ...part };
  expect(cheapestRoute(topology, ledger, allLinksUp, asked)._unsafeUnwrapErr()).toMatchObject({
    type: "invalid-request",
    faults: [{ path: [path] }],
  });
});

function topologyOf(links: readonly { a: string; b: string; metric: number }[]): Topology {
  return Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: NODES.map((id, at) => ({
      id,
      domain: "d",
      vlanTranslation: at % 3 === 2,
      ports: links.map((_, port) => ({ id: String(port) })),
    })),
    links: links.map(({ a, b, metric }, at) => ({
      id: `l${at}`,
      a: `${a}:${at}`,
      b: `${b}:${at}`,
      capacity: 10,
      metric,
      vlans: "5-7",
    })),
    hosts: [],
  })._unsafeUnwrap();
}
