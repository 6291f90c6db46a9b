import type { LinkId } from "../../src/model/ids.ts";
import { Topology } from "../../src/topology.ts";
import type { Draw } from "./random-tree.ts";

/** A ring with chords, in two domains, some of whose links share ducts; a host at each node. */
export function meshTopology(draw: Draw): Topology {
  const count = 4 + draw(5);
  const pairs: [number, number][] = Array.from({ length: count }, (_, i) => [i, (i + 1) % count]);
  for (let i = draw(count); i > 0; i--) {
    const [a, b] = [draw(count), draw(count)];
    if (a !== b) pairs.push([a, b]);
  }
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `n${i}`,
    domain: i % 3 === 2 ? "east" : "west",
    vlanTranslation: draw(12) > 0,
    ports: [
      { id: "h", ofPort: 1 },
      ...pairs.flatMap((pair, k) => (pair.includes(i) ? [{ id: `l${k}`, ofPort: 10 + k }] : [])),
    ],
  }));
  return Topology.parse({
    format: "dcns-topology/1",
    domains: ["west", "east"].map((id) => ({ id, driver: "openflow" })),
    nodes,
    links: pairs.map(([a, b], k) => ({
      id: `l${k}`,
      a: `n${a}:l${k}`,
      b: `n${b}:l${k}`,
      capacity: "10Gbps",
      vlans: "100-110",
      metric: 1 + draw(5),
      ...(draw(4) === 0 ? { srlg: [`duct${draw(3)}`] } : {}),
    })),
    hosts: nodes.map(({ id }) => ({ host: id, nic: "eth0", port: `${id}:h` })),
  })._unsafeUnwrap();
}

/** What is broken, and what nodes know of it. */
export interface Weather {
  readonly isUp: (link: LinkId) => boolean;
  readonly isSeenUp: (port: string) => boolean;
}

/** Nothing is broken. */
export const sunny: Weather = { isUp: () => true, isSeenUp: () => true };

/** Some links are dead, and both ends of each know it. */
export function without(topology: Topology, dead: ReadonlySet<string>): Weather {
  const isUp = (link: LinkId): boolean => !dead.has(link);
  const isSeenUp = (port: string): boolean => {
    const link = [...topology.links.values()].find(({ a, b }) => a === port || b === port);
    return link === undefined || isUp(link.id);
  };
  return { isUp, isSeenUp };
}

/** The links that each single failure takes down: a link, a node that is no end, or a duct. */
export function singleFailures(
  topology: Topology,
  ends: ReadonlySet<string>,
): readonly ReadonlySet<string>[] {
  const links = [...topology.links.values()];
  const nodes = [...topology.nodes.keys()].filter((node) => !ends.has(node));
  const ducts = new Set(links.flatMap(({ srlg }) => srlg));
  return [
    ...links.map(({ id }) => new Set([id as string])),
    ...nodes.map(
      (node) =>
        new Set(links.filter((l) => l.nodeA === node || l.nodeB === node).map(({ id }) => id)),
    ),
    ...[...ducts].map(
      (duct) => new Set(links.filter(({ srlg }) => srlg.includes(duct)).map(({ id }) => id)),
    ),
  ];
}
