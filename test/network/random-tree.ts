import { type Bandwidth, bandwidth } from "../../src/model/bandwidth.ts";
import { linkId, networkNumber, nodeId, portRef, projectId, vlanId } from "../../src/model/ids.ts";
import { type MacAddress, parseMacAddress } from "../../src/model/mac-address.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import type { Realisation } from "../../src/network/realisation.ts";
import type { NetworkSpec } from "../../src/network/spec.ts";
import { Topology } from "../../src/topology.ts";
import { vlanOf } from "../support/labels.ts";

/** Draws a whole number from 0 to `below` - 1. */
export type Draw = (below: number) => number;

/** A linear congruential generator (Numerical Recipes, ch. 7): enough to vary test cases by seed. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const rate: Bandwidth = bandwidth(1_000_000);
export const owner = { project: projectId("p"), number: networkNumber(7) };

/** A connected fabric of `count` nodes in one or two domains, each with two hosts. */
export function randomTopology(draw: Draw, count: number): Topology {
  const pairs: [number, number][] = [];
  for (let i = 1; i < count; i++) pairs.push([draw(i), i]);
  for (let i = 0; i < count; i++) {
    const other = draw(count);
    if (other !== i) pairs.push([i, other]);
  }
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    domain: i % 3 === 2 ? "east" : "west",
    ports: [
      { id: "h0", ofPort: 1 },
      { id: "h1", ofPort: 2 },
      ...pairs.flatMap((pair, k) => (pair.includes(i) ? [{ id: `l${k}`, ofPort: 10 + k }] : [])),
    ],
  }));
  const parsed = Topology.parse({
    format: "dcns-topology/1",
    domains: [
      { id: "west", driver: "openflow" },
      { id: "east", driver: "openflow" },
    ],
    nodes,
    links: pairs.map(([a, b], k) => ({
      id: `l${k}`,
      a: `n${a}:l${k}`,
      b: `n${b}:l${k}`,
      capacity: "10Gbps",
    })),
    hosts: nodes.flatMap(({ id }) =>
      [0, 1].map((h) => ({ host: `${id}-${h}`, nic: "eth0", port: `${id}:h${h}` })),
    ),
  });
  if (parsed.isErr()) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** A random subset of the hosts, at least `least` of them. */
export function randomHosts(draw: Draw, topology: Topology, least: number): readonly string[] {
  const all = [...topology.touchPoints.keys()];
  for (let i = all.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [all[i], all[j]] = [all[j] ?? "", all[i] ?? ""];
  }
  return all.slice(0, Math.min(all.length, least + draw(4)));
}

/** The address of a host's only station. */
export function macOf(topology: Topology, hostPort: string): MacAddress {
  const index = [...topology.touchPoints.keys()].indexOf(hostPort);
  return parseMacAddress(`02:00:00:00:00:${index.toString(16).padStart(2, "0")}`)._unsafeUnwrap();
}

/** A random tree that joins `hosts`, containing `keep`; labels from `firstLabel` up. */
export function randomRealisation(
  draw: Draw,
  topology: Topology,
  hosts: readonly string[],
  options: {
    readonly firstLabel: number;
    readonly keep?: Realisation;
    readonly sharing?: "hose" | "shared";
    readonly delivery?: NetworkSpec["delivery"];
    readonly vlan?: number;
  },
): Realisation {
  const kept = options.keep?.plan.links ?? [];
  const linkIds = [...topology.links.keys()].sort(() => draw(3) - 1);
  const root = new Map<string, string>();
  const find = (node: string): string => {
    const up = root.get(node) ?? node;
    return up === node ? node : find(up);
  };
  const chosen: { link: string; label: number }[] = [];
  const join = (link: string, label: number): void => {
    const found = topology.links.get(linkId(link));
    if (found === undefined || find(found.nodeA) === find(found.nodeB)) return;
    root.set(find(found.nodeA), find(found.nodeB));
    chosen.push({ link, label });
  };
  for (const { link, label } of kept) join(link, vlanOf(label));
  for (const [k, link] of linkIds.entries()) join(link, options.firstLabel + k);
  const tree = prune(topology, chosen, hosts);
  const vlan = vlanId(options.vlan ?? 100);
  return {
    generation: 1,
    spec: {
      endpoints: hosts.map((hostPort) => ({ hostPort, macs: [macOf(topology, hostPort)] })),
      bandwidth: rate,
      vlans: VlanSet.all,
      sharing: options.sharing ?? "hose",
      delivery: options.delivery ?? "flood",
      protection: "none",
      priority: 0,
    },
    plan: {
      vlan,
      endpoints: hosts.map((hostPort) => {
        const point = topology.touchPoints.get(hostPort);
        if (point === undefined) throw new Error(hostPort);
        const attachment = { node: nodeId(point.node), port: portRef(point.port), tag: vlan };
        return { hostPort, attachment, tagging: "tagged", bandwidth: rate };
      }),
      links: tree.map(({ link, label }) => ({
        link: linkId(link),
        label: vlanId(label),
        forward: rate,
        backward: rate,
      })),
      ports: [],
      cost: tree.length,
    },
  };
}

/** Cuts leaves without a host until there is none. */
function prune(
  topology: Topology,
  links: readonly { link: string; label: number }[],
  hosts: readonly string[],
): readonly { link: string; label: number }[] {
  const needed = new Set(hosts.map((host) => topology.touchPoints.get(host)?.node));
  const degree = new Map<string, number>();
  for (const { link } of links) {
    const found = topology.links.get(linkId(link));
    for (const node of [found?.nodeA, found?.nodeB]) {
      if (node !== undefined) degree.set(node, (degree.get(node) ?? 0) + 1);
    }
  }
  const rest = links.filter(({ link }) => {
    const found = topology.links.get(linkId(link));
    return [found?.nodeA, found?.nodeB].every(
      (node) => node !== undefined && (needed.has(node) || (degree.get(node) ?? 0) > 1),
    );
  });
  return rest.length === links.length ? links : prune(topology, rest, hosts);
}
