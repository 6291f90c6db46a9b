import fc from "fast-check";
import { expect, test } from "vitest";
import { linkLabels } from "../../../src/ledger/channel.ts";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, nodeId, portRef, vlanId } from "../../../src/model/ids.ts";
import { always } from "../../../src/model/interval.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { vni } from "../../../src/model/vni.ts";
import {
  allLinksUp,
  claimOf,
  editPlan,
  type NetworkPlan,
  type PlanRequest,
  planNetwork,
  topologyResources,
} from "../../../src/pce/index.ts";
import { Topology } from "../../../src/topology.ts";

/** A link: what others have of its labels 1 to 3, VLANs or VNIs. */
interface Line {
  readonly a: number;
  readonly b: number;
  readonly isTunnel: boolean;
  readonly metric: number;
  readonly taken: readonly number[];
}

/** A small fabric whose links have labels of both kinds, and the nodes of tagged hosts. */
interface Fabric {
  readonly translates: readonly boolean[];
  readonly lines: readonly Line[];
  readonly hosts: readonly number[];
}

const LABELS = [1, 2, 3];

const fabrics: fc.Arbitrary<Fabric> = fc
  .tuple(
    fc.array(fc.boolean(), { minLength: 4, maxLength: 5 }),
    fc.array(
      fc.record({
        a: fc.nat(4),
        b: fc.nat(4),
        wantsTunnel: fc.boolean(),
        metric: fc.integer({ min: 1, max: 5 }),
        taken: fc.subarray(LABELS),
      }),
      { minLength: 4, maxLength: 7 },
    ),
    fc.uniqueArray(fc.nat(3), { minLength: 2, maxLength: 3 }),
  )
  .map(([translates, drawn, hosts]) => {
    const lines = drawn
      .filter(({ a, b }) => a !== b && a < translates.length && b < translates.length)
      .map(({ wantsTunnel, ...line }) => {
        const canEnd = translates[line.a] === true && translates[line.b] === true;
        return { ...line, isTunnel: wantsTunnel && canEnd };
      });
    return { translates, lines, hosts };
  });

function settingOf({ translates, lines, hosts }: Fabric) {
  const topology = Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "openflow" }],
    nodes: translates.map((vlanTranslation, node) => ({
      ...{ id: `n${node}`, domain: "d", vlanTranslation },
      ports: [...lines.map((_, at) => ({ id: `${at}` })), { id: "h", vlans: "1-3" }],
    })),
    links: lines.map(({ a, b, isTunnel, metric }, at) => ({
      ...{ id: `l${at}`, a: `n${a}:${at}`, b: `n${b}:${at}`, capacity: 100, metric },
      ...(isTunnel ? { labels: { space: "vni", range: "1-3" } } : { vlans: "1-3" }),
    })),
    hosts: hosts.map((node) => ({ host: `h${node}`, nic: "e", port: `n${node}:h` })),
  })._unsafeUnwrap();
  // VLAN 1 is no port's by default, and links have what their ports have.
  const document = topology.toDocument();
  const all = Topology.parse({
    ...document,
    nodes: document.nodes.map((node) => ({
      ...node,
      ports: node.ports.map((port) => ({ ...port, vlans: "1-3" })),
    })),
  })._unsafeUnwrap();
  const labels = lines.flatMap(({ isTunnel, taken }, at) =>
    taken.map((id) => ({
      space: linkLabels(linkId(`l${at}`)),
      label: isTunnel ? vni(id) : vlanId(id),
    })),
  );
  const others = { holder: "others", interval: always, bandwidth: [], labels };
  const ledger = Ledger.over(topologyResources(all)).reserve(others)._unsafeUnwrap();
  return { topology: all, ledger };
}

function requestFor(hosts: readonly number[]): PlanRequest {
  return {
    ...{ holder: "p", vlans: VlanSet.range(1, 3), interval: always, cost: "metric" },
    ...{ bandwidth: bandwidth(1), sharing: "shared", delivery: "flood" },
    endpoints: hosts.map((node) => ({
      touchPoint: { hostPort: `h${node}:e`, node: nodeId(`n${node}`), port: portRef(`n${node}:h`) },
      tagging: "tagged" as const,
      bandwidth: bandwidth(1),
    })),
  };
}

/** Whether these lines are a tree that joins the hosts and ends only there. */
function isTree({ hosts }: Fabric, lines: readonly Line[]): boolean {
  const [start = 0] = hosts;
  const reached = new Set([start]);
  const left = [...lines];
  for (let found = true; found; ) {
    const at = left.findIndex(({ a, b }) => reached.has(a) !== reached.has(b));
    found = at !== -1;
    for (const { a, b } of left.splice(at, found ? 1 : 0)) reached.add(a).add(b);
  }
  return left.length === 0 && hosts.every((node) => reached.has(node));
}

/** Whether every VLAN of the tree goes on at nodes that keep labels, hosts' own among them. */
function hasLabels({ translates, hosts }: Fabric, lines: readonly Line[]): boolean {
  const cables = lines.filter(({ isTunnel }) => !isTunnel);
  if (lines.some(({ isTunnel, taken }) => isTunnel && taken.length === LABELS.length)) return false;
  const choices = cables.reduce<readonly (readonly number[])[]>(
    (all, { taken }) =>
      all.flatMap((some) => LABELS.filter((id) => !taken.includes(id)).map((id) => [...some, id])),
    [[]],
  );
  return LABELS.some((vlan) =>
    choices.some((labels) =>
      translates.every((can, node) => {
        if (can) return true;
        const here = labels.filter((_, at) => cables[at]?.a === node || cables[at]?.b === node);
        if (hosts.includes(node)) here.push(vlan);
        return new Set(here).size <= 1;
      }),
    ),
  );
}

/** The least sum of metrics of a tree that can be had; `undefined` if none can. */
function leastCost(fabric: Fabric): number | undefined {
  const costs = Array.from({ length: 2 ** fabric.lines.length }, (_, bits) =>
    fabric.lines.filter((__, at) => (bits >> at) & 1),
  )
    .filter((lines) => isTree(fabric, lines) && hasLabels(fabric, lines))
    .map((lines) => lines.reduce((sum, { metric }) => sum + metric, 0));
  return costs.length === 0 ? undefined : Math.min(...costs);
}

/** The links of a plan, as lines, each with the number of its label. */
function labelled({ lines }: Fabric, { links }: NetworkPlan) {
  return links.flatMap(({ link, label }) => {
    const line = lines[Number(link.slice(1))];
    const isVni = String(label).startsWith("vni:");
    return line === undefined
      ? []
      : [{ ...line, isVni, id: Number(String(label).split(":").at(-1)) }];
  });
}

test("plans over cables and tunnels are cheapest, and refused only where there are none", () => {
  fc.assert(
    fc.property(fabrics, (fabric) => {
      const { topology, ledger } = settingOf(fabric);
      const least = leastCost(fabric);
      const plan = planNetwork(topology, ledger, allLinksUp, requestFor(fabric.hosts));
      expect(plan.map(({ cost }) => cost).unwrapOr(undefined)).toBe(least);
      if (plan.isErr()) return;
      for (const { isTunnel, isVni, id, taken } of labelled(fabric, plan.value)) {
        const free = LABELS.filter((one) => !taken.includes(one));
        expect(isVni).toBe(isTunnel);
        expect(isTunnel ? [id] : free).toContain(isTunnel ? free[0] : id);
      }
      expect(ledger.reserve(claimOf(plan.value, "p", always)).isOk()).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("a network that changes keeps its VNIs, whichever have become free below them", () => {
  fc.assert(
    fc.property(fabrics, (fabric) => {
      const { topology, ledger } = settingOf(fabric);
      const request = requestFor(fabric.hosts);
      const plan = planNetwork(topology, ledger, allLinksUp, request).unwrapOr(undefined);
      if (plan === undefined) return;
      const later = ledger
        .reserve(claimOf(plan, "p", always))
        ._unsafeUnwrap()
        .release("others");
      const more = { ...request, bandwidth: bandwidth(2) };
      const change = { current: plan, request: more, price: Number.POSITIVE_INFINITY };
      const edit = editPlan(topology, later, allLinksUp, change)._unsafeUnwrap();
      const label = (one: NetworkPlan) => one.links.map((link) => `${link.link} ${link.label}`);
      expect(label(edit.plan)).toEqual(label(plan));
    }),
    { numRuns: 100 },
  );
});
