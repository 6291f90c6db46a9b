import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { linkChannel, linkLabels, portChannel } from "../../../src/ledger/channel.ts";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, portOf, vlanId } from "../../../src/model/ids.ts";
import { always, type Interval } from "../../../src/model/interval.ts";
import { Availability } from "../../../src/pce/graph/availability.ts";
import { graphOf } from "../../../src/pce/graph/graph.ts";
import { LedgerView } from "../../../src/pce/graph/ledger-view.ts";
import { allLinksUp, type LinkState, topologyResources } from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";

const LINKS = ["p", "q", "r", "s forward"];
const NODES = ["a", "b", "c"];

const topology = Topology.parse({
  format: "dcns-topology/1",
  domains: [{ id: "d", driver: "memory" }],
  nodes: NODES.map((id) => ({ id, domain: "d", ports: [...LINKS.map((l) => ({ id: l[0] }))] })),
  links: LINKS.map((id, at) => ({
    id: id.replace(" ", "-"),
    a: `${NODES[at % 3]}:${id[0]}`,
    b: `${NODES[(at + 1) % 3]}:${id[0]}`,
    capacity: 10 + at,
    metric: 3 * at,
    vlans: "5-9",
    enabled: at !== 2,
  })),
  hosts: [],
})._unsafeUnwrap();
const graph = graphOf(topology);
const empty = Ledger.over(topologyResources(topology));
const other = Ledger.over({ ...topologyResources(topology) });

const link = fc.constantFrom(...graph.linkIds);
const interval = fc.constantFrom<Interval[]>(always, { start: 5, end: 9 }, { start: 7, end: 20 });
const claim = fc.record({
  holder: fc.constantFrom("x", "y", "z"),
  interval,
  bandwidth: fc.array(
    fc.record({
      channel: fc.oneof(
        fc
          .tuple(link, fc.constantFrom("forward" as const, "backward" as const))
          .map(([l, d]) => linkChannel(l, d)),
        fc.constant(portChannel(portOf("a", "p"), "in")),
      ),
      amount: fc.integer({ min: 1, max: 6 }).map(bandwidth),
    }),
    { maxLength: 3 },
  ),
  labels: fc.array(
    fc.record({ space: link.map(linkLabels), label: fc.integer({ min: 5, max: 9 }).map(vlanId) }),
    { maxLength: 3 },
  ),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: claim.map((one) => (ledger: Ledger) => ledger.replace(one).unwrapOr(ledger)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("x", "y", "z").map((h) => (ledger: Ledger) => ledger.release(h)),
  },
  { weight: 1, arbitrary: fc.constant(() => other) },
);

describe("Availability", () => {
  test("says what the ledger says, whichever ledgers and intervals were asked about before", () => {
    const visit = fc.record({ at: fc.nat(), interval, down: fc.option(link, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step), fc.array(visit), (steps, visits) => {
        const ledgers = [empty];
        for (const next of steps) ledgers.push(next(ledgers.at(-1) ?? empty));
        const asked = visits.map(({ at, down, ...time }) => {
          const ledger = ledgers[at % ledgers.length] ?? empty;
          const linkState: LinkState =
            down === undefined ? allLinksUp : { isUp: (one) => one !== down };
          const availability = new Availability(graph, ledger, linkState, time);
          expect(everything(availability)).toEqual(truth(ledger, linkState, time.interval));
          return { availability, ledger, linkState, ...time };
        });
        for (const { availability, ledger, linkState, interval: time } of asked) {
          expect(everything(availability)).toEqual(truth(ledger, linkState, time));
        }
      }),
    );
  });

  test("has the same in its table, whichever ledgers and intervals were asked about before", () => {
    const visit = fc.record({ at: fc.nat(), interval, isAsked: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), fc.array(visit), (steps, visits) => {
        const ledgers = [empty];
        for (const next of steps) ledgers.push(next(ledgers.at(-1) ?? empty));
        for (const { at, isAsked, ...time } of visits) {
          const ledger = ledgers[at % ledgers.length] ?? empty;
          const availability = new Availability(graph, ledger, allLinksUp, time);
          const cells = availability.table?.cells;
          if (isAsked) everything(availability);
          const view = new LedgerView(graph, time.interval, ledger);
          const before = [...view.table("congestion").cells];
          for (const at of graph.linkIds.keys()) view.load(at);
          const after = [...view.table("congestion").cells];
          const isRight = (cell: number, at: number): boolean =>
            cell === after[at] || (!isAsked && cell === before[at]);
          expect([...(cells ?? [])].map(isRight)).toEqual(after.map(() => true));
        }
      }),
    );
  });

  test("asks a ledger only about what changes in time, for times that were not asked about before", () => {
    const [lasting = linkId("p"), timed = linkId("q")] = graph.linkIds;
    const ledger = [lasting, timed].reduce((before, id) => {
      const amount = { channel: linkChannel(id, "forward"), amount: bandwidth(4) };
      const time = id === lasting ? always : { start: 5, end: 9 };
      const claim = { holder: id, interval: time, bandwidth: [amount], labels: [] };
      return before.reserve(claim)._unsafeUnwrap();
    }, empty);
    everything(new Availability(graph, ledger, allLinksUp, { interval: always }));
    const residual = vi.spyOn(Ledger.prototype, "residual");
    const next = { start: 8, end: 30 };
    const found = everything(new Availability(graph, ledger, allLinksUp, { interval: next }));
    const asked = new Set(residual.mock.calls.map(([channel]) => channel));
    residual.mockRestore();
    expect(asked).toEqual(new Set([linkChannel(timed, "forward"), linkChannel(timed, "backward")]));
    expect(found).toEqual(truth(ledger, allLinksUp, next));
  });

  test("asks a link state of one version once about each link, and another version anew", () => {
    const up = new Set(graph.linkIds);
    const isUp = vi.fn((id: (typeof graph.linkIds)[number]) => up.has(id));
    const usable = (version?: object): readonly boolean[] => {
      const state = version === undefined ? { isUp } : { isUp, version };
      const availability = new Availability(graph, empty, state, { interval: always });
      return graph.linkIds.map((_, link) => availability.isUsable(link));
    };
    const truths = (): readonly boolean[] => graph.linkIds.map((id) => up.has(id));
    const [before, after] = [{}, {}];
    expect([usable(before), usable(before)]).toEqual([truths(), truths()]);
    expect(isUp).toHaveBeenCalledTimes(graph.linkIds.length);
    up.delete(graph.linkIds[1] ?? linkId("p"));
    expect([usable(after), usable()]).toEqual([truths(), truths()]);
    expect(isUp).toHaveBeenCalledTimes(3 * graph.linkIds.length);
  });

  test("forgets only what another ledger has otherwise", () => {
    const [first = linkId("p"), second = linkId("q")] = graph.linkIds;
    const claims = [first, second].map((id) => ({
      holder: id,
      interval: always,
      bandwidth: [{ channel: linkChannel(id, "forward"), amount: bandwidth(4) }],
      labels: [],
    }));
    const [one, two] = claims.map((c) => empty.reserve(c)._unsafeUnwrap());
    everything(new Availability(graph, one ?? empty, allLinksUp, { interval: always }));
    const asked = new Set<string>();
    const residual = vi.spyOn(Ledger.prototype, "residual");
    everything(new Availability(graph, two ?? empty, allLinksUp, { interval: always }));
    for (const [channel] of residual.mock.calls) asked.add(channel);
    residual.mockRestore();
    expect(asked).toEqual(
      new Set(
        [first, second].flatMap((id) => [linkChannel(id, "forward"), linkChannel(id, "backward")]),
      ),
    );
  });
});

function everything(availability: Availability): unknown {
  return graph.linkIds.map((_, at) => ({
    residuals: [availability.residual(2 * at), availability.residual(2 * at + 1)],
    labels: String(availability.labels(at)),
    isUsable: availability.isUsable(at),
    cost: availability.cost(at),
  }));
}

/** What the ledger says, and what links cost in a view that has seen no other. */
function truth(ledger: Ledger, linkState: LinkState, time: Interval): unknown {
  const view = new LedgerView(graph, time, ledger);
  return graph.linkIds.map((id, at) => {
    view.load(at);
    return {
      residuals: [
        ledger.residual(linkChannel(id, "forward"), time),
        ledger.residual(linkChannel(id, "backward"), time),
      ],
      labels: String(ledger.freeLabels(linkLabels(id), time)),
      isUsable: linkState.isUp(id),
      cost: view.costs[at],
    };
  });
}
