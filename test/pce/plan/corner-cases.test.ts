import { expect, test } from "vitest";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, vlanId } from "../../../src/model/ids.ts";
import { always } from "../../../src/model/interval.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import {
  allLinksUp,
  editPlan,
  explainRefusal,
  kCheapestPaths,
  type PlanEndpoint,
  type PlanRequest,
  planNetwork,
  planWithProof,
  topologyResources,
} from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";

/** Three switches in a ring, the first two joined twice; h1 and h2 are at the first, h3 at the next. */
const topology = Topology.parse({
  format: "dcns-topology/1",
  domains: [{ id: "d", driver: "memory" }],
  nodes: [
    { id: "n1", domain: "d", ports: [{ id: "1" }, { id: "2" }, { id: "3" }, { id: "h" }] },
    { id: "n2", domain: "d", ports: [{ id: "1" }, { id: "2" }, { id: "3" }, { id: "h" }] },
    { id: "n3", domain: "d", ports: [{ id: "1" }, { id: "2" }] },
  ],
  links: [
    { id: "x", a: "n1:1", b: "n2:1", capacity: 100, metric: 3 },
    { id: "y", a: "n1:2", b: "n2:2", capacity: 100, metric: 9 },
    { id: "z", a: "n2:3", b: "n3:1", capacity: 100, metric: 5 },
    { id: "w", a: "n1:3", b: "n3:2", capacity: 100, metric: 1 },
  ],
  hosts: [
    { host: "h1", nic: "eth0", port: "n1:h" },
    { host: "h2", nic: "eth0", port: "n1:h" },
    { host: "h3", nic: "eth0", port: "n2:h" },
  ],
})._unsafeUnwrap();
const ledger = Ledger.over(topologyResources(topology));

test("nothing is planned for nobody, or for no time", () => {
  const path = ["endpoints"];
  const pair = requestFor([at("h1"), at("h3")]);
  for (const call of [planNetwork, planWithProof, explainRefusal]) {
    const refusal = call(topology, ledger, allLinksUp, requestFor([]))._unsafeUnwrapErr();
    expect(refusal).toMatchObject({ type: "invalid-request", faults: [{ path }] });
    const never = { ...pair, interval: { start: 5, end: 5 } };
    const late = call(topology, ledger, allLinksUp, never)._unsafeUnwrapErr();
    expect(late).toMatchObject({ type: "invalid-request", faults: [{ path: ["interval"] }] });
  }
});

test("a VLAN that is given for an untagged endpoint is nobody's", () => {
  const untagged: PlanEndpoint = { ...at("h2"), tagging: "untagged", vlan: vlanId(7) };
  const request = { ...requestFor([at("h1"), untagged, at("h3")]), vlans: VlanSet.of(vlanId(7)) };
  expect(planNetwork(topology, ledger, allLinksUp, request)._unsafeUnwrap().vlan).toBe(7);
});

test.each([
  { maxHops: Number.NaN },
  { maxDelayMs: Number.NaN },
  {
    keep: ["x", "y"].map((link) => ({ link: linkId(link), label: vlanId(7) })),
  },
])("%j, a bound that is no number or a cycle to keep, is no request", (change) => {
  const [from, to] = [at("h1"), at("h3")];
  const request = { ...requestFor([from, to]), ...change };
  const path = Object.keys(change);
  const fault = { type: "invalid-request", faults: [{ path }] };
  expect(planNetwork(topology, ledger, allLinksUp, request)._unsafeUnwrapErr()).toMatchObject(
    fault,
  );
  expect(explainRefusal(topology, ledger, allLinksUp, request)._unsafeUnwrapErr()).toMatchObject(
    fault,
  );
});

test.each([0, -1, Number.NaN, 0.5])("%d paths cannot be asked for, nor such a price", (count) => {
  const [from, to] = [at("h1"), at("h3")];
  const request = { ...requestFor([from, to]), endpoints: [from, to] as const };
  const paths = kCheapestPaths(topology, ledger, allLinksUp, { ...request, count });
  expect(paths._unsafeUnwrapErr()).toMatchObject({
    type: "invalid-request",
    faults: [{ path: ["count"], value: count }],
  });
  const current = planNetwork(topology, ledger, allLinksUp, request)._unsafeUnwrap();
  const edit = editPlan(topology, ledger, allLinksUp, { current, request, price: count });
  expect(edit.isOk()).toBe(count >= 0);
});

test("all paths may be asked for", () => {
  const [from, to] = [at("h1"), at("h3")];
  const request = { ...requestFor([from, to]), endpoints: [from, to] as const };
  const count = Number.POSITIVE_INFINITY;
  const paths = kCheapestPaths(topology, ledger, allLinksUp, { ...request, count });
  expect(paths._unsafeUnwrap().map(({ cost }) => cost)).toEqual([3, 6, 9]);
});

test.each([1.5, -1])(
  "a bound of %d hops is that of the whole number below, or none at all",
  (maxHops) => {
    const [from, to] = [at("h1"), at("h3")];
    const request = { ...requestFor([from, to]), maxHops };
    const plan = planNetwork(topology, ledger, allLinksUp, request);
    const ends = { ...request, endpoints: [from, to] as const, count: 3 };
    const paths = kCheapestPaths(topology, ledger, allLinksUp, ends);
    expect(paths.isOk()).toBe(plan.isOk());
    expect(plan.map(({ links }) => links.length).unwrapOr(0)).toBe(maxHops === 1.5 ? 1 : 0);
  },
);

test("a link that closes a cycle with the tree to keep cannot be passed", () => {
  const request: PlanRequest = {
    ...requestFor([at("h1"), at("h3")]),
    keep: [{ link: linkId("x"), label: vlanId(7) }],
    include: { links: new Set([linkId("y")]) },
  };
  expect(planNetwork(topology, ledger, allLinksUp, request)._unsafeUnwrapErr()).toMatchObject({
    type: "no-path",
    explanation: { reason: "inclusion", elements: [{ type: "link", link: "y" }] },
  });
});

test("a branch to keep that leads to no endpoint is not led through for being there", () => {
  const request: PlanRequest = {
    ...requestFor([at("h1"), at("h3")]),
    keep: [{ link: linkId("z"), label: vlanId(7) }],
  };
  const { plan, quality } = planWithProof(topology, ledger, allLinksUp, request)._unsafeUnwrap();
  expect(plan.links.map(({ link, forward }) => [link, forward])).toEqual([
    ["x", 10],
    ["z", 0],
  ]);
  expect(quality).toEqual({ value: 60, lowerBound: 60, isOptimal: true });
});

test("what asks for no bandwidth is refused like everything else", () => {
  const idle = [at("h1"), at("h3")].map((end) => ({ ...end, bandwidth: bandwidth(0) }));
  const request = { ...requestFor(idle), bandwidth: bandwidth(0), vlans: VlanSet.of(vlanId(1)) };
  expect(explainRefusal(topology, ledger, allLinksUp, request)._unsafeUnwrapErr()).toMatchObject({
    type: "vlan-unavailable",
    remedies: { changes: [{ type: "vlans", vlans: "2-4094" }] },
  });
});

test("an allowance for flooding that is more than all rates is what lacks room", () => {
  const request = { ...requestFor([at("h1"), at("h3")]), floodAllowance: bandwidth(200) };
  expect(planNetwork(topology, ledger, allLinksUp, request)._unsafeUnwrapErr()).toMatchObject({
    type: "no-path",
    explanation: { reason: "bandwidth", required: 200, largest: 90 },
  });
});

function at(host: string): PlanEndpoint {
  const touchPoint = topology.touchPoints.get(`${host}:eth0`);
  if (touchPoint === undefined) throw new Error(`no touch point ${host}`);
  return { touchPoint, tagging: "tagged", bandwidth: bandwidth(10) };
}

function requestFor(endpoints: readonly PlanEndpoint[]): PlanRequest {
  return {
    holder: "me",
    endpoints,
    bandwidth: bandwidth(10),
    sharing: "hose",
    delivery: "static",
    vlans: VlanSet.all,
    interval: always,
  };
}
